"""The steps of a job, one module each, in the order of statemachine/filtered_database.asl.json."""
