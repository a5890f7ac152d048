-- A film rental business: singular names, keys named after their table, first and last names apart.
CREATE FUNCTION pg_temp.share(key bigint, salt text) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(salt, key) & 1048575) / 1048576.0 $$;

CREATE TYPE mpaa_rating AS ENUM ('G', 'PG', 'PG-13', 'R', 'NC-17');

CREATE TABLE country (country_id serial PRIMARY KEY, country text NOT NULL);
CREATE TABLE city (
    city_id serial PRIMARY KEY, city text NOT NULL, country_id integer NOT NULL REFERENCES country
);
CREATE TABLE address (
    address_id serial PRIMARY KEY, address text NOT NULL, district text NOT NULL,
    city_id integer NOT NULL REFERENCES city, postal_code text, phone text NOT NULL
);
CREATE TABLE language (language_id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE category (category_id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE actor (actor_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL);
CREATE TABLE film (
    film_id serial PRIMARY KEY, title text NOT NULL, description text, release_year integer,
    language_id integer NOT NULL REFERENCES language, original_language_id integer REFERENCES language,
    rental_rate numeric(4, 2) NOT NULL, length smallint, replacement_cost numeric(5, 2) NOT NULL,
    rating mpaa_rating NOT NULL, last_update timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE film_actor (
    actor_id integer NOT NULL REFERENCES actor, film_id integer NOT NULL REFERENCES film, PRIMARY KEY (actor_id, film_id)
);
CREATE TABLE film_category (
    film_id integer NOT NULL REFERENCES film, category_id integer NOT NULL REFERENCES category,
    PRIMARY KEY (film_id, category_id)
);
CREATE TABLE store (store_id serial PRIMARY KEY, address_id integer NOT NULL REFERENCES address);
CREATE TABLE staff (
    staff_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL,
    store_id integer NOT NULL REFERENCES store, active boolean NOT NULL, username text NOT NULL, password text
);
CREATE TABLE customer (
    customer_id serial PRIMARY KEY, store_id integer NOT NULL REFERENCES store, first_name text NOT NULL,
    last_name text NOT NULL, email text, address_id integer NOT NULL REFERENCES address,
    activebool boolean NOT NULL, create_date date NOT NULL
);
CREATE TABLE inventory (
    inventory_id serial PRIMARY KEY, film_id integer NOT NULL REFERENCES film, store_id integer NOT NULL REFERENCES store
);
CREATE TABLE rental (
    rental_id serial PRIMARY KEY, rental_date timestamptz NOT NULL, inventory_id integer NOT NULL REFERENCES inventory,
    customer_id integer NOT NULL REFERENCES customer, return_date timestamptz, staff_id integer NOT NULL REFERENCES staff
);
CREATE TABLE payment (
    payment_id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer,
    staff_id integer NOT NULL REFERENCES staff, rental_id integer NOT NULL REFERENCES rental,
    amount numeric(5, 2) NOT NULL, payment_date timestamptz NOT NULL
);

INSERT INTO country (country) SELECT unnest(ARRAY['Argentina', 'Brazil', 'Canada', 'France', 'India', 'Italy', 'Japan',
    'Mexico', 'Spain', 'United Kingdom', 'United States']);
INSERT INTO city (city, country_id)
SELECT name, 1 + (n - 1) % 11 FROM unnest(ARRAY['Córdoba', 'Campinas', 'Calgary', 'Lyon', 'Pune', 'Turin', 'Osaka',
    'Puebla', 'Seville', 'London', 'Dallas', 'Rosario', 'Santos', 'Lethbridge', 'Brest', 'Delhi', 'Bari', 'Kobe',
    'Tampico', 'Vigo', 'Leeds', 'Boston']) WITH ORDINALITY AS city (name, n);
INSERT INTO address (address, district, city_id, postal_code, phone)
SELECT n || ' Main Street', 'District ' || n % 30, 1 + n % 22, CASE WHEN n % 6 <> 0 THEN (10000 + n)::text END,
    '555-' || (1000 + n) FROM generate_series(1, 420) AS n;
INSERT INTO language (name) VALUES ('English'), ('Italian'), ('Japanese'), ('French');
INSERT INTO category (name) SELECT unnest(ARRAY['Action', 'Animation', 'Children', 'Comedy', 'Documentary', 'Drama',
    'Family', 'Horror', 'Sci-Fi', 'Sports']);
INSERT INTO actor (first_name, last_name)
SELECT first, last FROM unnest(ARRAY['Nick', 'Penelope', 'Ed', 'Jennifer', 'Johnny', 'Grace', 'Joe', 'Zero', 'Uma',
    'Vivien']) WITH ORDINALITY AS f (first, i),
    unnest(ARRAY['Wahlberg', 'Guiness', 'Chase', 'Davis', 'Swank', 'Mostel']) WITH ORDINALITY AS l (last, j)
WHERE (i + j) % 2 = 0;
INSERT INTO film (title, description, release_year, language_id, original_language_id, rental_rate, length,
    replacement_cost, rating)
SELECT
    (ARRAY['Academy', 'Chamber', 'Grosse', 'Airport', 'Bright', 'Encino', 'Pacific', 'Zorro'])[1 + n % 8] || ' '
        || (ARRAY['Dinosaur', 'Italian', 'Wonderful', 'Pollock', 'Encounters', 'Elephant', 'Ark'])[1 + n % 7],
    CASE WHEN n % 9 <> 0 THEN 'A story about number ' || n END,
    1995 + n % 30, 1 + floor(4 * pg_temp.share(n, 'language') ^ 2)::integer, CASE WHEN n % 5 = 0 THEN 2 END,
    (ARRAY[0.99, 2.99, 4.99])[1 + n % 3], 46 + n * 7 % 140, 9.99 + n % 20,
    (enum_range(NULL::mpaa_rating))[1 + floor(5 * pg_temp.share(n, 'rating'))::integer]
FROM generate_series(1, 300) AS n;
INSERT INTO film_actor (actor_id, film_id)
SELECT actor_id, film_id FROM actor, film WHERE pg_temp.share(actor_id * 1000 + film_id, 'plays') < 0.12;
INSERT INTO film_category (film_id, category_id) SELECT film_id, 1 + film_id % 10 FROM film;
INSERT INTO store (address_id) VALUES (401), (402);
INSERT INTO staff (first_name, last_name, store_id, active, username, password) VALUES
    ('Mike', 'Hillyer', 1, true, 'mike', 'x'), ('Jon', 'Stephens', 2, true, 'jon', 'x'),
    ('Ann', 'Lee', 1, false, 'ann', NULL);
INSERT INTO customer (store_id, first_name, last_name, email, address_id, activebool, create_date)
SELECT 1 + n % 2, (ARRAY['Mary', 'Linda', 'Karl', 'Hugo', 'Eva'])[1 + n % 5],
    (ARRAY['Smith', 'Johnson', 'Brown', 'Silva', 'Sato', 'Rossi', 'Lopez'])[1 + n % 7],
    CASE WHEN n % 11 <> 0 THEN 'customer' || n || '@films.example' END, n, pg_temp.share(n, 'active') < 0.85,
    (now() - pg_temp.share(n, 'created') * interval '4 years')::date
FROM generate_series(1, 400) AS n;
INSERT INTO inventory (film_id, store_id)
SELECT film_id, store FROM film, generate_series(1, 2) AS store
WHERE pg_temp.share(film_id * 10 + store, 'stock') < 0.8;
INSERT INTO rental (rental_date, inventory_id, customer_id, return_date, staff_id)
SELECT at, 1 + floor((SELECT count(*) - 1 FROM inventory) * pg_temp.share(customer_id * 100 + n, 'copy'))::integer,
    customer_id, CASE WHEN pg_temp.share(customer_id * 100 + n, 'back') < 0.9 THEN at + interval '4 days' END, 1 + n % 2
FROM customer, generate_series(1, floor(40 * pg_temp.share(customer_id, 'rents') ^ 2)::integer) AS n,
    LATERAL (SELECT now() - interval '1 hour' - pg_temp.share(customer_id * 100 + n, 'at') * interval '2 years')
        AS moment (at);
INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date)
SELECT customer_id, staff_id, rental_id, (ARRAY[0.99, 2.99, 4.99, 7.99])[1 + rental_id % 4], rental_date + interval '1 day'
FROM rental WHERE rental_id % 13 <> 0;
