SELECT number - 1,
    (ARRAY['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'])[number],
    'the regular deposits of this region sleep quickly among ' || number || ' final accounts'
FROM generate_series(1, 5) AS number
