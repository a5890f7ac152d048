-- A public library: plural names, authors joined to books by pairs, loans with their days, fines.
CREATE FUNCTION pg_temp.share(key bigint, salt text) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(salt, key) & 1048575) / 1048576.0 $$;

CREATE TABLE branches (id serial PRIMARY KEY, name text NOT NULL, city text NOT NULL, opened_on date NOT NULL);
CREATE TABLE publishers (id serial PRIMARY KEY, name text NOT NULL, country text NOT NULL);
CREATE TABLE authors (id serial PRIMARY KEY, full_name text NOT NULL, nationality text, born_on date, died_on date);
CREATE TABLE genres (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE books (
    id serial PRIMARY KEY, title text NOT NULL, isbn text, published_year integer NOT NULL, pages integer,
    language text NOT NULL, price numeric(6, 2) NOT NULL, publisher_id integer REFERENCES publishers, genre_id integer NOT NULL REFERENCES genres
);
CREATE TABLE book_authors (book_id integer NOT NULL REFERENCES books, author_id integer NOT NULL REFERENCES authors, PRIMARY KEY (book_id, author_id));
CREATE TABLE copies (id serial PRIMARY KEY, book_id integer NOT NULL REFERENCES books, branch_id integer NOT NULL REFERENCES branches, condition text NOT NULL, acquired_on date NOT NULL);
CREATE TABLE members (
    id serial PRIMARY KEY, name text NOT NULL, email text, membership_type text NOT NULL, date_of_birth date NOT NULL,
    joined_on date NOT NULL, blocked boolean NOT NULL DEFAULT false, home_branch_id integer REFERENCES branches
);
CREATE TABLE loans (
    id serial PRIMARY KEY, copy_id integer NOT NULL REFERENCES copies, member_id integer NOT NULL REFERENCES members,
    loaned_on date NOT NULL, due_on date NOT NULL, returned_on date
);
CREATE TABLE fines (id serial PRIMARY KEY, loan_id integer NOT NULL REFERENCES loans, amount numeric(6, 2) NOT NULL, issued_on date NOT NULL, paid boolean NOT NULL);
CREATE TABLE reservations (id serial PRIMARY KEY, book_id integer NOT NULL REFERENCES books, member_id integer NOT NULL REFERENCES members, reserved_at timestamptz NOT NULL, status text NOT NULL);
CREATE TABLE search_log (id serial PRIMARY KEY, query text NOT NULL, searched_at timestamptz NOT NULL);

INSERT INTO branches (name, city, opened_on) VALUES ('Central', 'Dublin', '1970-05-01'), ('Docklands', 'Dublin', '2004-02-01'), ('Riverside', 'Cork', '1999-09-01'), ('Harbour', 'Galway', '2015-03-01');
INSERT INTO publishers (name, country) VALUES ('Penguin', 'United Kingdom'), ('Gallimard', 'France'), ('Suhrkamp', 'Germany'), ('Knopf', 'United States'), ('Faber', 'United Kingdom');
INSERT INTO authors (full_name, nationality, born_on, died_on)
SELECT name, nation, (now() - (30 + n * 9) * interval '1 year')::date, CASE WHEN n % 3 = 0 THEN (now() - n * interval '1 year')::date END
FROM unnest(ARRAY['James Joyce', 'Anne Enright', 'Heinrich Böll', 'Albert Camus', 'Toni Morrison', 'Sally Rooney', 'Günter Grass', 'Annie Ernaux', 'Philip Roth'],
    ARRAY['Irish', 'Irish', 'German', 'French', 'American', 'Irish', 'German', 'French', 'American']) WITH ORDINALITY AS a (name, nation, n);
INSERT INTO genres (name) VALUES ('Fiction'), ('Poetry'), ('Biography'), ('Science'), ('Mystery');
INSERT INTO books (title, isbn, published_year, pages, language, price, publisher_id, genre_id)
SELECT (ARRAY['The Dead', 'A River', 'Night Train', 'The Clown', 'Home', 'Normal Days', 'The Rat'])[1 + n % 7] || ' ' || n, CASE WHEN n % 6 <> 0 THEN '978-' || (1000 + n) END,
    1950 + n % 75, CASE WHEN n % 10 <> 0 THEN 80 + n * 7 % 600 END, (ARRAY['English', 'German', 'French'])[1 + floor(3 * pg_temp.share(n, 'lang'))::integer], 5 + n % 40, CASE WHEN n % 8 <> 0 THEN 1 + n % 5 END, 1 + floor(5 * pg_temp.share(n, 'genre'))::integer
FROM generate_series(1, 250) AS n;
INSERT INTO book_authors SELECT book, 1 + floor(9 * pg_temp.share(book * 10 + k, 'author'))::integer FROM generate_series(1, 250) AS book, generate_series(1, 2) AS k WHERE k = 1 OR book % 5 = 0 ON CONFLICT DO NOTHING;
INSERT INTO copies (book_id, branch_id, condition, acquired_on) SELECT 1 + floor(240 * pg_temp.share(n, 'book'))::integer, 1 + floor(4 * pg_temp.share(n, 'branch'))::integer, (ARRAY['new', 'good', 'worn', 'damaged'])[1 + floor(4 * pg_temp.share(n, 'cond'))::integer], (now() - pg_temp.share(n, 'acq') * interval '10 years')::date FROM generate_series(1, 700) AS n;
INSERT INTO members (name, email, membership_type, date_of_birth, joined_on, blocked, home_branch_id)
SELECT 'Member ' || n, CASE WHEN n % 9 <> 0 THEN 'member' || n || '@lib.example' END, (ARRAY['adult', 'student', 'senior', 'child'])[1 + floor(4 * pg_temp.share(n, 'type'))::integer],
    (now() - (6 + 80 * pg_temp.share(n, 'age')) * interval '1 year')::date, (now() - pg_temp.share(n, 'join') * interval '6 years')::date, pg_temp.share(n, 'block') < 0.1, CASE WHEN n % 12 <> 0 THEN 1 + n % 4 END
FROM generate_series(1, 300) AS n;
INSERT INTO loans (copy_id, member_id, loaned_on, due_on, returned_on)
SELECT 1 + floor(700 * pg_temp.share(m * 100 + n, 'copy'))::integer, m, d, d + 21, CASE WHEN pg_temp.share(m * 100 + n, 'ret') < 0.85 THEN d + 5 + floor(30 * pg_temp.share(m * 100 + n, 'days'))::integer END
FROM generate_series(1, 280) AS m, generate_series(1, floor(14 * pg_temp.share(m, 'reads') ^ 2)::integer) AS n, LATERAL (SELECT (now() - interval '41 days' - pg_temp.share(m * 100 + n, 'when') * interval '3 years')::date) AS x (d);
INSERT INTO fines (loan_id, amount, issued_on, paid) SELECT id, 1 + id % 30, returned_on, pg_temp.share(id, 'paid') < 0.6 FROM loans WHERE returned_on > due_on;
INSERT INTO reservations (book_id, member_id, reserved_at, status) SELECT 1 + floor(250 * pg_temp.share(n, 'rb'))::integer, 1 + floor(300 * pg_temp.share(n, 'rm'))::integer, now() - pg_temp.share(n, 'rt') * interval '1 year', (ARRAY['waiting', 'ready', 'cancelled', 'fulfilled'])[1 + n % 4] FROM generate_series(1, 200) AS n;
INSERT INTO search_log (query, searched_at) SELECT 'query ' || n, now() - n * interval '1 hour' FROM generate_series(1, 40) AS n;
