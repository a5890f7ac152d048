-- A small online shop whose dates are relative to the moment of loading.
-- The numbers come from hashes of the keys, so that every load makes the same shop.
BEGIN;

CREATE FUNCTION pg_temp.share(key bigint, salt text) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(salt, key) & 1048575) / 1048576.0 $$;

CREATE TYPE order_status AS ENUM ('placed', 'paid', 'shipped', 'delivered', 'returned');

CREATE TABLE country_codes (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}$'),
    name text NOT NULL UNIQUE
);
COMMENT ON TABLE country_codes IS 'ISO 3166-1 codes; nothing references them';

CREATE TABLE customers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    email text UNIQUE,
    country text NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE suppliers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    country text NOT NULL
);

CREATE TABLE categories (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    parent_id integer REFERENCES categories
);

CREATE TABLE products (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category_id integer NOT NULL REFERENCES categories,
    supplier_id integer REFERENCES suppliers,
    name text NOT NULL,
    price numeric(10, 2) NOT NULL CHECK (price > 0),
    attributes jsonb NOT NULL DEFAULT '{}',
    discontinued boolean NOT NULL DEFAULT false
);

CREATE TABLE tags (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    label text NOT NULL UNIQUE
);

CREATE TABLE product_tags (
    product_id integer NOT NULL REFERENCES products,
    tag_id integer NOT NULL REFERENCES tags,
    PRIMARY KEY (product_id, tag_id)
);

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id integer REFERENCES customers,
    status order_status NOT NULL DEFAULT 'placed',
    ordered_at timestamptz NOT NULL,
    shipped_at timestamptz,
    note text
);
COMMENT ON COLUMN orders.customer_id IS 'null for a guest who bought without an account';

CREATE TABLE order_items (
    order_id bigint NOT NULL REFERENCES orders,
    line smallint NOT NULL,
    product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(10, 2) NOT NULL,
    total numeric(12, 2) GENERATED ALWAYS AS (quantity * unit_price) STORED,
    PRIMARY KEY (order_id, line)
);

CREATE TABLE deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL,
    line smallint NOT NULL,
    delivered_on date NOT NULL,
    FOREIGN KEY (order_id, line) REFERENCES order_items (order_id, line)
);

CREATE TABLE reviews (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers,
    product_id integer NOT NULL REFERENCES products,
    stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    words text,
    written_at timestamptz NOT NULL
);

INSERT INTO country_codes (code, name) VALUES
    ('AT', 'Austria'), ('BR', 'Brazil'), ('CA', 'Canada'), ('DE', 'Germany'), ('ES', 'Spain'), ('FR', 'France'),
    ('GB', 'United Kingdom'), ('IN', 'India'), ('JP', 'Japan'), ('US', 'United States');

INSERT INTO customers (name, email, country, is_active, created_at)
SELECT
    (ARRAY['Ada', 'Ben', 'Chloé', 'Dmitri', 'Elif', 'Femi', 'Grace', 'Hiro', 'Inés', 'Jørn'])[1 + n % 10]
        || ' ' || (ARRAY['Ahmed', 'Berg', 'Costa', 'Dubois', 'Evans', 'Fischer', 'Gupta', 'Haas', 'O''Neill'])[1 + n % 9],
    CASE WHEN n % 20 <> 0 THEN 'customer' || n || '@example.com' END,
    (SELECT name FROM country_codes ORDER BY code OFFSET floor(10 * pg_temp.share(n, 'country'))::integer LIMIT 1),
    pg_temp.share(n, 'active') < 0.8,
    now() - interval '1 hour' - pg_temp.share(n, 'created') * interval '3 years'
FROM generate_series(1, 3000) AS n;

INSERT INTO suppliers (name, country)
SELECT 'Supplier ' || n, (SELECT name FROM country_codes ORDER BY code OFFSET n % 10 LIMIT 1)
FROM generate_series(1, 40) AS n;

INSERT INTO categories (name, parent_id) VALUES
    ('Home', NULL), ('Toys', NULL), ('Books', NULL), ('Garden', 1), ('Kitchen', 1), ('Puzzles', 2), ('Novels', 3),
    ('Atlases', 3), ('Outdoor toys', 2), ('Knives', 5);

INSERT INTO products (category_id, supplier_id, name, price, attributes, discontinued)
SELECT
    1 + n % 10, CASE WHEN n % 15 <> 0 THEN 1 + n % 40 END, 'Product ' || n,
    round((2 + 198 * pg_temp.share(n, 'price'))::numeric, 2),
    jsonb_build_object('weight', n % 50, 'colour', (ARRAY['red', 'green', 'blue'])[1 + n % 3]),
    pg_temp.share(n, 'discontinued') < 0.1
FROM generate_series(1, 500) AS n;

INSERT INTO tags (label) SELECT 'tag ' || n FROM generate_series(1, 30) AS n;

INSERT INTO product_tags (product_id, tag_id)
SELECT product, tag FROM generate_series(1, 500) AS product, generate_series(1, 30) AS tag
WHERE pg_temp.share(product * 100 + tag, 'tag') < 0.08;

-- Some customers buy often, many never; one order in fifty is a guest's.
WITH buyers AS (
    SELECT id, created_at, floor(12 * pg_temp.share(id, 'orders') ^ 2)::integer AS purchases FROM customers
)
INSERT INTO orders (customer_id, status, ordered_at, shipped_at, note)
SELECT
    CASE WHEN pg_temp.share(id * 100 + n, 'guest') > 0.02 THEN id END,
    (enum_range(NULL::order_status))[1 + floor(5 * pg_temp.share(id * 100 + n, 'status'))::integer],
    ordered_at,
    CASE WHEN pg_temp.share(id * 100 + n, 'shipped') < 0.7 THEN ordered_at + interval '2 days' END,
    CASE WHEN n % 7 = 0 THEN 'Leave it at the door; it''s "open"' END
FROM buyers, generate_series(1, purchases) AS n,
    LATERAL (SELECT created_at + pg_temp.share(id * 100 + n, 'ordered') * (now() - created_at)) AS moment (ordered_at);

INSERT INTO order_items (order_id, line, product_id, quantity, unit_price)
SELECT orders.id, line, products.id, 1 + floor(4 * pg_temp.share(orders.id * 10 + line, 'quantity'))::integer, price
FROM orders, generate_series(1, 1 + floor(3 * pg_temp.share(orders.id, 'lines'))::integer) AS line,
    LATERAL (
        SELECT id, price FROM products WHERE id = 1 + floor(500 * pg_temp.share(orders.id * 10 + line, 'product'))
    ) AS products;

INSERT INTO deliveries (order_id, line, delivered_on)
SELECT order_id, line, (shipped_at + interval '3 days')::date
FROM order_items JOIN orders ON orders.id = order_id WHERE status = 'delivered' AND shipped_at IS NOT NULL;

INSERT INTO reviews (customer_id, product_id, stars, words, written_at)
SELECT
    customer_id, product_id, 1 + floor(5 * pg_temp.share(order_id * 10 + line, 'stars'))::integer,
    CASE WHEN line = 1 THEN 'Just what I wanted' END, ordered_at + interval '5 days'
FROM order_items JOIN orders ON orders.id = order_id
WHERE customer_id IS NOT NULL AND pg_temp.share(order_id * 10 + line, 'review') < 0.1;

CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (ordered_at);
CREATE INDEX ON order_items (product_id);
CREATE INDEX ON reviews (customer_id);
CREATE INDEX ON customers (created_at);

CREATE VIEW customer_revenue AS
SELECT customers.id, customers.name, coalesce(sum(total), 0) AS revenue
FROM customers LEFT JOIN orders ON orders.customer_id = customers.id LEFT JOIN order_items ON order_id = orders.id
GROUP BY customers.id;

CREATE MATERIALIZED VIEW product_sales AS
SELECT product_id, sum(quantity) AS sold, sum(total) AS revenue FROM order_items GROUP BY product_id;
CREATE UNIQUE INDEX ON product_sales (product_id);

CREATE FUNCTION note_is_not_blank() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.note := nullif(btrim(NEW.note), '');
    RETURN NEW;
END $$;
CREATE TRIGGER orders_note BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note_is_not_blank();

COMMIT;

ANALYZE;
