-- Balances are spread evenly from -999.99 to 9,999.99.
SELECT number,
    'Customer#' || lpad(number::text, 9, '0'),
    'No. ' || (bits & 4095) || ', ' || left({text}, 16),
    nation,
    10 + nation || '-' || 100 + mod(bits >> 20 & 65535, 900) || '-' || 100 + mod(bits >> 30 & 65535, 900)
        || '-' || 1000 + mod(bits >> 40 & 65535, 9000),
    (mod(bits >> 16 & 4294967295, 1099999) - 99999) / 100.0,
    (ARRAY['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD'])[1 + mod(bits >> 4 & 65535, 5)],
    {text}
FROM (
    SELECT number, hashint8extended(number, 21) AS bits, hashint8extended(number, 22) AS text_bits,
        hashint8extended(number, 23) & 65535 AS length_bits, mod(hashint8extended(number, 24) & 65535, 25) AS nation
    FROM generate_series(1, {customer}) AS number
    OFFSET 0
) AS hashed
