SELECT number,
    (ARRAY['almond', 'antique', 'azure', 'beige', 'blush', 'burnished', 'chiffon', 'cornsilk'])[1 + (bits >> 3 & 7)]
        || ' ' || (ARRAY['dark', 'drab', 'floral', 'frosted', 'ghost', 'honeydew', 'ivory', 'khaki'])[1 + (bits >> 6 & 7)]
        || ' ' || (ARRAY['lace', 'linen', 'maroon', 'metallic', 'mint', 'navajo', 'olive', 'orchid'])[1 + (bits >> 9 & 7)]
        || ' ' || (ARRAY['peach', 'plum', 'puff', 'rosy', 'saddle', 'sienna', 'tomato', 'wheat'])[1 + (bits >> 12 & 7)],
    'Manufacturer#' || maker,
    'Brand#' || maker || 1 + mod(bits >> 20 & 65535, 5),
    (ARRAY['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'])[1 + mod(bits >> 24 & 65535, 6)]
        || ' ' || (ARRAY['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'])[1 + mod(bits >> 28 & 65535, 5)]
        || ' ' || (ARRAY['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'])[1 + mod(bits >> 32 & 65535, 5)],
    1 + mod(bits >> 36 & 65535, 50),
    (ARRAY['SM', 'LG', 'MED', 'JUMBO', 'WRAP'])[1 + mod(bits >> 40 & 65535, 5)]
        || ' ' || (ARRAY['BAG', 'BOX', 'CAN', 'CASE', 'DRUM', 'JAR', 'PACK', 'PKG'])[1 + (bits >> 44 & 7)],
    (90000 + mod(number / 10, 20001) + 100 * mod(number, 1000)) / 100.0,
    {text}
FROM (
    SELECT number, hashint8extended(number, 31) AS bits, hashint8extended(number, 32) AS text_bits,
        hashint8extended(number, 33) & 65535 AS length_bits, 1 + mod(hashint8extended(number, 34) & 65535, 5) AS maker
    FROM generate_series(1, {part}) AS number
    OFFSET 0
) AS hashed
