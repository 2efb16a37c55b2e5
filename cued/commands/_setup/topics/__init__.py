"""The topics of set-up, one a file: fields, configured values, what is written and tried."""
