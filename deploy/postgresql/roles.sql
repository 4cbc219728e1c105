-- SPDX-License-Identifier: Apache-2.0
-- Once, by the administrator of the database server: psql -f deploy/postgresql/roles.sql postgres
-- Two roles: the owner changes tables (`main.py migrate`), the service only uses them. Passwords: \password, or peer and
-- certificates in pg_hba.conf. The databases belong to the owner:
--     createdb approval      --owner=approval_owner --encoding=UTF8 --locale=C.UTF-8 --template=template0
--     createdb approval_keys --owner=approval_owner --encoding=UTF8 --locale=C.UTF-8 --template=template0
CREATE ROLE approval_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
CREATE ROLE approval LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
