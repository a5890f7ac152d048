-- Of 32 order keys the first 8 are used, and every third customer has no orders.
SELECT (number - 1) / 8 * 32 + mod(number - 1, 8) + 1,
    customer + (customer - 1) / 2,
    (ARRAY['F', 'O', 'P'])[1 + mod(bits & 65535, 3)],
    (90000 + mod(bits >> 4 & 4294967295, 44000000)) / 100.0,
    date '1992-01-01' + mod(hashint8extended(number, 54) & 4294967295, 2406)::integer,
    (ARRAY['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'])[1 + mod(bits >> 20 & 65535, 5)],
    'Clerk#' || lpad((1 + mod(bits >> 24 & 4294967295, {supplier} / 10))::text, 9, '0'),
    0,
    {text}
FROM (
    SELECT number, hashint8extended(number, 51) AS bits, hashint8extended(number, 52) AS text_bits,
        hashint8extended(number, 53) & 65535 AS length_bits,
        1 + mod(hashint8extended(number, 55) & 4294967295, {customer} / 3 * 2) AS customer
    FROM generate_series(1::bigint, {orders}) AS number
    OFFSET 0
) AS hashed
