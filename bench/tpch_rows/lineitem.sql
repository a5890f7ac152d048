-- A line's part is one of those with a price, its supplier one of the part's four, its dates follow the order's.
SELECT (number - 1) / 8 * 32 + mod(number - 1, 8) + 1,
    part,
    1 + mod(part + (bits & 3) * ({supplier} / 4 + mod((part - 1) / {supplier}, {supplier} / 12)), {supplier}),
    line,
    quantity,
    quantity * (90000 + mod(part / 10, 20001) + 100 * mod(part, 1000)) / 100.0,
    mod(bits >> 4 & 65535, 11) / 100.0,
    mod(bits >> 8 & 65535, 9) / 100.0,
    CASE WHEN received > date '1995-06-17' THEN 'N' WHEN bits >> 12 & 1 = 1 THEN 'R' ELSE 'A' END,
    CASE WHEN shipped > date '1995-06-17' THEN 'O' ELSE 'F' END,
    shipped,
    ordered + 30 + mod(bits >> 16 & 65535, 61)::integer,
    received,
    (ARRAY['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'])[1 + (bits >> 20 & 3)],
    (ARRAY['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'])[1 + mod(bits >> 22 & 65535, 7)],
    {text}
FROM (
    SELECT number, line, bits, text_bits, text_bits >> 40 & 65535 AS length_bits, ordered,
        1 + mod(text_bits & 4294967295, {part}) AS part,
        1 + mod(bits >> 26 & 65535, 50) AS quantity,
        ordered + 1 + mod(bits >> 32 & 65535, 121)::integer AS shipped,
        ordered + 2 + mod(bits >> 32 & 65535, 121)::integer + mod(bits >> 40 & 65535, 30)::integer AS received
    FROM (
        SELECT number, line, ordered, hashint8extended(8 * number + line, 61) AS bits,
            hashint8extended(8 * number + line, 62) AS text_bits
        FROM (
            SELECT number, date '1992-01-01' + mod(hashint8extended(number, 54) & 4294967295, 2406)::integer AS ordered
            FROM generate_series(1::bigint, {orders}) AS number
            OFFSET 0
        ) AS numbered, generate_series(1, 1 + mod(hashint8extended(number, 63) & 65535, 7)::integer) AS line
        OFFSET 0
    ) AS hashed
    OFFSET 0
) AS drawn
