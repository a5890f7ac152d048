-- A school: CamelCase names in the singular, grades as numbers, terms as texts.
CREATE FUNCTION pg_temp.share(key bigint, salt text) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(salt, key) & 1048575) / 1048576.0 $$;

CREATE TABLE "Department" ("departmentId" serial PRIMARY KEY, "name" text NOT NULL, "building" text);
CREATE TABLE "Teacher" (
    "teacherId" serial PRIMARY KEY, "firstName" text NOT NULL, "lastName" text NOT NULL, "email" text,
    "hireDate" date NOT NULL, "salary" numeric(10, 2) NOT NULL, "isFullTime" boolean NOT NULL,
    "departmentId" integer NOT NULL REFERENCES "Department"
);
CREATE TABLE "Student" (
    "studentId" serial PRIMARY KEY, "firstName" text NOT NULL, "lastName" text NOT NULL, "email" text,
    "birthDate" date NOT NULL, "gender" text NOT NULL, "gradeLevel" integer NOT NULL, "gpa" numeric(3, 2),
    "hasScholarship" boolean NOT NULL, "phoneNumber" text, "city" text NOT NULL, "enrolledOn" date NOT NULL,
    "advisorId" integer REFERENCES "Teacher"
);
CREATE TABLE "Course" (
    "courseId" serial PRIMARY KEY, "title" text NOT NULL, "credits" integer NOT NULL, "level" text NOT NULL,
    "teacherId" integer NOT NULL REFERENCES "Teacher", "departmentId" integer NOT NULL REFERENCES "Department"
);
CREATE TABLE "Enrollment" (
    "enrollmentId" serial PRIMARY KEY, "studentId" integer NOT NULL REFERENCES "Student",
    "courseId" integer NOT NULL REFERENCES "Course", "semester" text NOT NULL, "grade" numeric(4, 1),
    "completedAt" timestamp
);
CREATE TABLE "Absence" (
    "absenceId" serial PRIMARY KEY, "studentId" integer NOT NULL REFERENCES "Student", "absenceDate" date NOT NULL,
    "excused" boolean NOT NULL, "reason" text
);
CREATE TABLE "Club" ("clubId" serial PRIMARY KEY, "name" text NOT NULL, "foundedYear" integer NOT NULL);
CREATE TABLE "ClubMember" (
    "clubId" integer NOT NULL REFERENCES "Club", "studentId" integer NOT NULL REFERENCES "Student",
    "role" text NOT NULL, "joinedOn" date NOT NULL, PRIMARY KEY ("clubId", "studentId")
);
CREATE TABLE "SystemLog" ("logId" serial PRIMARY KEY, "message" text NOT NULL, "loggedAt" timestamptz NOT NULL);

INSERT INTO "Department" ("name", "building")
SELECT name, CASE WHEN n <> 4 THEN 'Building ' || chr(64 + n::integer) END
FROM unnest(ARRAY['Mathematics', 'Physics', 'History', 'Music', 'Biology']) WITH ORDINALITY AS d (name, n);
INSERT INTO "Teacher" ("firstName", "lastName", "email", "hireDate", "salary", "isFullTime", "departmentId")
SELECT (ARRAY['Alan', 'Marie', 'Rosa', 'Igor'])[1 + n % 4], (ARRAY['Turner', 'Curie', 'Parker', 'Novak', 'Weiss'])[1 + n % 5],
    CASE WHEN n % 8 <> 0 THEN 'teacher' || n || '@school.example' END,
    (now() - pg_temp.share(n, 'hired') * interval '15 years')::date, 30000 + n * 1317 % 50000,
    pg_temp.share(n, 'full') < 0.7, 1 + n % 5
FROM generate_series(1, 40) AS n;
INSERT INTO "Student" ("firstName", "lastName", "email", "birthDate", "gender", "gradeLevel", "gpa", "hasScholarship",
    "phoneNumber", "city", "enrolledOn", "advisorId")
SELECT (ARRAY['Anna', 'Bob', 'Carla', 'David', 'Emma', 'Farid'])[1 + n % 6], (ARRAY['Miller', 'Garcia', 'Khan', 'Olsen',
    'Brandt', 'Ito', 'Sanders'])[1 + n % 7], CASE WHEN n % 12 <> 0 THEN 'student' || n || '@school.example' END,
    (now() - interval '14 years' - pg_temp.share(n, 'born') * interval '6 years')::date,
    (ARRAY['female', 'male'])[1 + n % 2], 9 + n % 4, CASE WHEN n % 10 <> 0 THEN round((1.5 + 2.5 * pg_temp.share(n, 'gpa'))::numeric, 2) END,
    pg_temp.share(n, 'scholar') < 0.2, CASE WHEN n % 4 <> 0 THEN '555-' || n END,
    (ARRAY['Springfield', 'Riverside', 'Oak Park', 'Greenville'])[1 + n % 4],
    (now() - pg_temp.share(n, 'enrolled') * interval '4 years')::date, CASE WHEN n % 9 <> 0 THEN 1 + n % 40 END
FROM generate_series(1, 600) AS n;
INSERT INTO "Course" ("title", "credits", "level", "teacherId", "departmentId")
SELECT (ARRAY['Algebra', 'Mechanics', 'World History', 'Piano', 'Genetics', 'Calculus', 'Optics', 'Modern History',
    'Choir', 'Botany'])[1 + (n - 1) % 10] || ' ' || (1 + (n - 1) / 10), 1 + n % 5, (ARRAY['beginner', 'intermediate', 'advanced'])[1 + n % 3],
    1 + n * 3 % 20, 1 + (n - 1) % 5
FROM generate_series(1, 30) AS n;
INSERT INTO "Enrollment" ("studentId", "courseId", "semester", "grade", "completedAt")
SELECT "studentId", "courseId", term, CASE WHEN done THEN round((40 + 60 * pg_temp.share("studentId" * 100 + "courseId", 'grade'))::numeric, 1) END,
    CASE WHEN done THEN (now() - pg_temp.share("studentId" * 100 + "courseId", 'end') * interval '3 years')::timestamp END
FROM "Student", "Course", LATERAL (SELECT (ARRAY['Fall 2024', 'Spring 2025', 'Fall 2025'])[1 + floor(3 * pg_temp.share("studentId" * 100 + "courseId", 'term'))::integer],
    pg_temp.share("studentId" * 100 + "courseId", 'done') < 0.8) AS t (term, done)
WHERE pg_temp.share("studentId" * 100 + "courseId", 'takes') < 0.3 * pg_temp.share("studentId", 'diligence');
INSERT INTO "Absence" ("studentId", "absenceDate", "excused", "reason")
SELECT "studentId", (now() - pg_temp.share("studentId" * 100 + n, 'day') * interval '2 years')::date,
    pg_temp.share("studentId" * 100 + n, 'excused') < 0.6, (ARRAY['illness', 'travel', 'family', NULL])[1 + floor(4 * pg_temp.share("studentId" * 100 + n, 'why'))::integer]
FROM "Student", generate_series(1, floor(12 * pg_temp.share("studentId", 'absent') ^ 2)::integer) AS n;
INSERT INTO "Club" ("name", "foundedYear") VALUES ('Chess', 1998), ('Robotics', 2015), ('Drama', 2005), ('Debate', 2010);
INSERT INTO "ClubMember" ("clubId", "studentId", "role", "joinedOn")
SELECT "clubId", "studentId", (ARRAY['member', 'member', 'member', 'president'])[1 + floor(4 * pg_temp.share("clubId" * 1000 + "studentId", 'role'))::integer],
    (now() - pg_temp.share("clubId" * 1000 + "studentId", 'joined') * interval '3 years')::date
FROM "Club", "Student" WHERE pg_temp.share("clubId" * 1000 + "studentId", 'member') < 0.1;
INSERT INTO "SystemLog" ("message", "loggedAt") SELECT 'entry ' || n, now() - n * interval '1 hour' FROM generate_series(1, 50) AS n;
