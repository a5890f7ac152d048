SELECT number,
    'Supplier#' || lpad(number::text, 9, '0'),
    'No. ' || (bits & 4095) || ', ' || left({text}, 16),
    nation,
    10 + nation || '-' || 100 + mod(bits >> 20 & 65535, 900) || '-' || 100 + mod(bits >> 30 & 65535, 900)
        || '-' || 1000 + mod(bits >> 40 & 65535, 9000),
    (mod(bits >> 16 & 4294967295, 1099999) - 99999) / 100.0,
    {text}
FROM (
    SELECT number, hashint8extended(number, 11) AS bits, hashint8extended(number, 12) AS text_bits,
        hashint8extended(number, 13) & 65535 AS length_bits, mod(hashint8extended(number, 14) & 65535, 25) AS nation
    FROM generate_series(1, {supplier}) AS number
    OFFSET 0
) AS hashed
