-- By what the units' people are recognised when they write as citizens: blind indexes alone, no contact.
CREATE TABLE staff_contacts (
    index bytea NOT NULL,
    unit text NOT NULL,
    PRIMARY KEY (index, unit)
);

-- Who replaced that list, and by how much. Nobody changes or deletes a line.
CREATE TABLE staff_contact_loads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contacts integer NOT NULL,
    units integer NOT NULL,
    loaded_by text NOT NULL,
    loaded_at timestamptz NOT NULL
);
REVOKE UPDATE, DELETE ON staff_contact_loads FROM yinuo_intake_app;
