-- Each part has four suppliers, a quarter of the table apart.
SELECT part,
    1 + mod(part + nth * ({supplier} / 4 + mod((part - 1) / {supplier}, {supplier} / 12)), {supplier}),
    1 + mod(bits & 4294967295, 9999),
    (100 + mod(bits >> 16 & 4294967295, 99901)) / 100.0,
    {text}
FROM (
    SELECT part, nth, hashint8extended(4::bigint * part + nth, 41) AS bits,
        hashint8extended(4::bigint * part + nth, 42) AS text_bits,
        hashint8extended(4::bigint * part + nth, 43) & 65535 AS length_bits
    FROM generate_series(1, {part}) AS part, generate_series(0, 3) AS nth
    OFFSET 0
) AS hashed
