-- Human resources: CamelCase columns in lower-case tables, managers among the employees, leave and reviews.
CREATE FUNCTION pg_temp.share(key bigint, salt text) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(salt, key) & 1048575) / 1048576.0 $$;
CREATE TYPE contract_kind AS ENUM ('permanent', 'fixed_term', 'contractor', 'intern');

CREATE TABLE office (office_id serial PRIMARY KEY, office_name text NOT NULL, country_code char(2) NOT NULL, city text NOT NULL);
CREATE TABLE department (department_id serial PRIMARY KEY, department_name text NOT NULL, budget numeric(12, 2) NOT NULL, office_id integer NOT NULL REFERENCES office);
CREATE TABLE job_title (job_title_id serial PRIMARY KEY, title text NOT NULL, min_salary numeric(10, 2) NOT NULL);
CREATE TABLE employee (
    employee_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, work_email text NOT NULL, personal_phone text,
    hired_on date NOT NULL, terminated_on date, birth_date date NOT NULL, salary numeric(10, 2) NOT NULL, contract contract_kind NOT NULL,
    is_remote boolean NOT NULL, department_id integer REFERENCES department, job_title_id integer NOT NULL REFERENCES job_title, manager_id integer REFERENCES employee
);
CREATE TABLE leave_request (
    leave_request_id serial PRIMARY KEY, employee_id integer NOT NULL REFERENCES employee, kind text NOT NULL CHECK (kind IN ('vacation', 'sick', 'parental')),
    status text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected')), starts_on date NOT NULL, ends_on date NOT NULL, days integer NOT NULL, requested_at timestamptz NOT NULL
);
CREATE TABLE skill (skill_id serial PRIMARY KEY, skill_name text NOT NULL);
CREATE TABLE employee_skill (employee_id integer NOT NULL REFERENCES employee, skill_id integer NOT NULL REFERENCES skill, PRIMARY KEY (employee_id, skill_id));
CREATE TABLE project (project_id serial PRIMARY KEY, project_name text NOT NULL, started_on date NOT NULL, finished_on date, budget numeric(12, 2) NOT NULL, lead_id integer REFERENCES employee);
CREATE TABLE assignment (assignment_id serial PRIMARY KEY, employee_id integer NOT NULL REFERENCES employee, project_id integer NOT NULL REFERENCES project, hours_per_week integer NOT NULL, assigned_on date NOT NULL);
CREATE TABLE performance_review (review_id serial PRIMARY KEY, employee_id integer NOT NULL REFERENCES employee, score numeric(3, 1) NOT NULL, reviewed_on date NOT NULL);
CREATE TABLE payroll_log (log_id serial PRIMARY KEY, note text, run_at timestamptz NOT NULL);

INSERT INTO office (office_name, country_code, city) VALUES ('HQ', 'US', 'Chicago'), ('Berlin Hub', 'DE', 'Berlin'), ('Paris Hub', 'FR', 'Paris'), ('Pune Lab', 'IN', 'Pune');
INSERT INTO department (department_name, budget, office_id) SELECT name, 100000 * n, 1 + n % 4 FROM unnest(ARRAY['Engineering', 'Sales', 'Marketing', 'Finance', 'Legal', 'Support']) WITH ORDINALITY AS d (name, n);
INSERT INTO job_title (title, min_salary) SELECT t, 20000 + n * 5000 FROM unnest(ARRAY['Engineer', 'Accountant', 'Sales Representative', 'Designer', 'Lawyer', 'Manager']) WITH ORDINALITY AS j (t, n);
INSERT INTO employee (first_name, last_name, work_email, personal_phone, hired_on, terminated_on, birth_date, salary, contract, is_remote, department_id, job_title_id, manager_id)
SELECT (ARRAY['Olga', 'Tom', 'Priya', 'Jean', 'Maya', 'Lars', 'Nora'])[1 + n % 7], (ARRAY['Schmidt', 'Dupont', 'Patel', 'Walker', 'Novak'])[1 + n % 5] , 'e' || n || '@corp.example', CASE WHEN n % 3 <> 0 THEN '555-' || n END,
    h, CASE WHEN n % 11 = 0 THEN (h + 200) END, (now() - (20 + 45 * pg_temp.share(n, 'age')) * interval '1 year')::date, 25000 + floor(90000 * pg_temp.share(n, 'pay')), (enum_range(NULL::contract_kind))[1 + floor(4 * pg_temp.share(n, 'contract'))::integer],
    pg_temp.share(n, 'remote') < 0.3, CASE WHEN n % 14 <> 0 THEN 1 + n % 6 END, 1 + floor(6 * pg_temp.share(n, 'job'))::integer, CASE WHEN n > 6 THEN 1 + n % 6 END
FROM generate_series(1, 250) AS n, LATERAL (SELECT (now() - interval '220 days' - pg_temp.share(n, 'hired') * interval '12 years')::date) AS x (h) ORDER BY n;
INSERT INTO leave_request (employee_id, kind, status, starts_on, ends_on, days, requested_at)
SELECT 1 + floor(250 * pg_temp.share(n, 'emp'))::integer, (ARRAY['vacation', 'sick', 'parental'])[1 + floor(3 * pg_temp.share(n, 'kind'))::integer], (ARRAY['pending', 'approved', 'approved', 'rejected'])[1 + floor(4 * pg_temp.share(n, 'st'))::integer], s, s + d, d, s - interval '20 days'
FROM generate_series(1, 600) AS n, LATERAL (SELECT (now() + interval '40 days' - pg_temp.share(n, 'start') * interval '2 years')::date, 1 + floor(20 * pg_temp.share(n, 'days'))::integer) AS x (s, d);
INSERT INTO skill (skill_name) SELECT unnest(ARRAY['Python', 'SQL', 'Negotiation', 'Design', 'German', 'Accounting']);
INSERT INTO employee_skill SELECT e, s FROM generate_series(1, 250) AS e, generate_series(1, 6) AS s WHERE pg_temp.share(e * 10 + s, 'skill') < 0.3;
INSERT INTO project (project_name, started_on, finished_on, budget, lead_id) SELECT (ARRAY['Apollo', 'Gemini', 'Mercury', 'Orion', 'Voyager', 'Pioneer'])[1 + n % 6] || CASE WHEN n > 6 THEN ' ' || n ELSE '' END, s, CASE WHEN n % 3 <> 0 THEN s + 120 END, 10000 * n, CASE WHEN n % 5 <> 0 THEN n * 4 END FROM generate_series(1, 40) AS n, LATERAL (SELECT (now() - interval '130 days' - pg_temp.share(n, 'ps') * interval '4 years')::date) AS x (s);
INSERT INTO assignment (employee_id, project_id, hours_per_week, assigned_on) SELECT 1 + floor(250 * pg_temp.share(n, 'ae'))::integer, 1 + floor(36 * pg_temp.share(n, 'ap'))::integer, 4 + n % 36, (now() - pg_temp.share(n, 'aw') * interval '3 years')::date FROM generate_series(1, 500) AS n;
INSERT INTO performance_review (employee_id, score, reviewed_on) SELECT 1 + floor(240 * pg_temp.share(n, 're'))::integer, round((1 + 4 * pg_temp.share(n, 'score'))::numeric, 1), (now() - pg_temp.share(n, 'rd') * interval '3 years')::date FROM generate_series(1, 500) AS n;
INSERT INTO payroll_log (note, run_at) SELECT 'run ' || n, now() - n * interval '1 day' FROM generate_series(1, 30) AS n;
