-- A clinic's grown database: a prefix on every table, abbreviations, states as texts without a check.
CREATE FUNCTION pg_temp.share(key bigint, salt text) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(salt, key) & 1048575) / 1048576.0 $$;

CREATE TABLE tbl_dept (dept_id serial PRIMARY KEY, dept_name text NOT NULL, floor_no integer NOT NULL);
CREATE TABLE tbl_insurer (ins_id serial PRIMARY KEY, ins_name text NOT NULL, country text NOT NULL);
CREATE TABLE tbl_doctor (
    doc_id serial PRIMARY KEY, full_name text NOT NULL, specialty text NOT NULL, hire_dt date NOT NULL,
    dept_id integer NOT NULL REFERENCES tbl_dept, is_active boolean NOT NULL
);
CREATE TABLE tbl_patient (
    pat_id serial PRIMARY KEY, fname text NOT NULL, lname text NOT NULL, dob date NOT NULL, sex text NOT NULL,
    blood_type text, city text NOT NULL, phone_no text, email_addr text, ins_id integer REFERENCES tbl_insurer,
    reg_dt timestamp NOT NULL
);
CREATE TABLE tbl_appt (
    appt_id serial PRIMARY KEY, pat_id integer NOT NULL REFERENCES tbl_patient,
    doc_id integer NOT NULL REFERENCES tbl_doctor, appt_dt timestamp NOT NULL, status text NOT NULL,
    duration_min integer NOT NULL, fee numeric(8, 2) NOT NULL, notes text
);
CREATE TABLE tbl_diagnosis (
    diag_id serial PRIMARY KEY, appt_id integer NOT NULL REFERENCES tbl_appt, icd_code text NOT NULL, descr text NOT NULL,
    severity text NOT NULL
);
CREATE TABLE tbl_medication (med_id serial PRIMARY KEY, med_name text NOT NULL, manufacturer text NOT NULL, unit_price numeric(8, 2) NOT NULL);
CREATE TABLE tbl_prescription (
    rx_id serial PRIMARY KEY, appt_id integer NOT NULL REFERENCES tbl_appt, med_id integer NOT NULL REFERENCES tbl_medication,
    qty integer NOT NULL, issued_on date NOT NULL
);
CREATE TABLE tbl_invoice (
    inv_id serial PRIMARY KEY, pat_id integer NOT NULL REFERENCES tbl_patient, amt numeric(10, 2) NOT NULL,
    issued_dt date NOT NULL, due_dt date NOT NULL, paid_dt date
);
CREATE TABLE tbl_access_log (log_id serial PRIMARY KEY, usr text NOT NULL, logged_at timestamp NOT NULL);

INSERT INTO tbl_dept (dept_name, floor_no)
SELECT name, n FROM unnest(ARRAY['Cardiology', 'Pediatrics', 'Oncology', 'Radiology', 'Emergency']) WITH ORDINALITY AS d (name, n);
INSERT INTO tbl_insurer (ins_name, country) VALUES ('Acme Health', 'United States'), ('BlueCare', 'Canada'),
    ('MediPlus', 'Germany'), ('SafeLife', 'United States');
INSERT INTO tbl_doctor (full_name, specialty, hire_dt, dept_id, is_active)
SELECT (ARRAY['Laura', 'Omar', 'Wei', 'Nina', 'Paul'])[1 + n % 5] || ' ' || (ARRAY['Stone', 'Haddad', 'Chen', 'Petrov', 'Klein', 'Moore'])[1 + n % 6],
    (ARRAY['cardiologist', 'pediatrician', 'oncologist', 'radiologist', 'surgeon'])[1 + n % 5],
    (now() - pg_temp.share(n, 'hired') * interval '20 years')::date, 1 + n % 5, pg_temp.share(n, 'active') < 0.85
FROM generate_series(1, 30) AS n;
INSERT INTO tbl_patient (fname, lname, dob, sex, blood_type, city, phone_no, email_addr, ins_id, reg_dt)
SELECT (ARRAY['John', 'Maria', 'Lucas', 'Sofia', 'Ivan', 'Aisha'])[1 + n % 6], (ARRAY['Taylor', 'Fernandez', 'Nguyen', 'Kowalski', 'Ali'])[1 + n % 5],
    (now() - pg_temp.share(n, 'age') * interval '90 years')::date, (ARRAY['M', 'F'])[1 + floor(2 * pg_temp.share(n, 'sex'))::integer],
    (ARRAY['A+', 'B+', 'O+', 'O-', 'AB+', NULL])[1 + n % 6], (ARRAY['Boston', 'Cambridge', 'New York', 'Albany', 'Hartford'])[1 + floor(5 * pg_temp.share(n, 'city'))::integer],
    CASE WHEN n % 5 <> 0 THEN '555-' || n END, CASE WHEN n % 7 <> 0 THEN 'patient' || n || '@mail.example' END,
    CASE WHEN n % 4 <> 0 THEN 1 + n % 4 END, (now() - pg_temp.share(n, 'reg') * interval '5 years')::timestamp
FROM generate_series(1, 800) AS n;
INSERT INTO tbl_appt (pat_id, doc_id, appt_dt, status, duration_min, fee, notes)
SELECT pat_id, 1 + floor(30 * pg_temp.share(pat_id * 100 + n, 'doc'))::integer,
    (now() + interval '30 days' - pg_temp.share(pat_id * 100 + n, 'when') * interval '3 years')::timestamp,
    (ARRAY['completed', 'completed', 'completed', 'cancelled', 'no-show', 'scheduled'])[1 + floor(6 * pg_temp.share(pat_id * 100 + n, 'status'))::integer],
    (ARRAY[15, 30, 45, 60])[1 + n % 4], 40 + floor(200 * pg_temp.share(pat_id * 100 + n, 'fee')), CASE WHEN n % 3 = 0 THEN 'follow-up needed' END
FROM tbl_patient, generate_series(1, floor(10 * pg_temp.share(pat_id, 'appts') ^ 2)::integer) AS n;
INSERT INTO tbl_diagnosis (appt_id, icd_code, descr, severity)
SELECT appt_id, (ARRAY['I10', 'J45', 'E11', 'M54', 'R51'])[1 + appt_id % 5],
    (ARRAY['Hypertension', 'Asthma', 'Diabetes', 'Back pain', 'Headache'])[1 + appt_id % 5], (ARRAY['mild', 'moderate', 'severe'])[1 + floor(3 * pg_temp.share(appt_id, 'sev'))::integer]
FROM tbl_appt WHERE status = 'completed';
INSERT INTO tbl_medication (med_name, manufacturer, unit_price)
SELECT name, (ARRAY['Pfizer', 'Bayer', 'Novartis'])[1 + n::integer % 3], 3 + n * 7 FROM unnest(ARRAY['Aspirin', 'Ibuprofen', 'Metformin', 'Salbutamol', 'Lisinopril', 'Paracetamol', 'Insulin', 'Amoxicillin']) WITH ORDINALITY AS m (name, n);
INSERT INTO tbl_prescription (appt_id, med_id, qty, issued_on)
SELECT appt_id, 1 + floor(8 * pg_temp.share(appt_id, 'med'))::integer, 1 + appt_id % 4, appt_dt::date FROM tbl_appt WHERE status = 'completed' AND appt_id % 3 <> 0;
INSERT INTO tbl_invoice (pat_id, amt, issued_dt, due_dt, paid_dt)
SELECT pat_id, fee * 1.2, appt_dt::date, appt_dt::date + 30, CASE WHEN pg_temp.share(appt_id, 'paid') < 0.7 THEN appt_dt::date + 10 END FROM tbl_appt WHERE status = 'completed';
INSERT INTO tbl_access_log (usr, logged_at) SELECT 'user' || n % 7, now() - n * interval '2 hours' FROM generate_series(1, 60) AS n;
