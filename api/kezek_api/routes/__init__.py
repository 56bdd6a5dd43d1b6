"""The routes of docs/api.md, a file for each noun."""
