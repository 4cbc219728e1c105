-- SPDX-License-Identifier: Apache-2.0
-- The same for the database of keys: psql -U approval_owner -1 -f deploy/postgresql/grants-keys.sql approval_keys
-- A key is made, read and thrown away; it is never changed but by `main.py keys rotate`, which the owner runs.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO approval;
GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA public TO approval;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO approval;
