"""Everything that knows SQL: tables, migrations, and a repository for each noun."""
