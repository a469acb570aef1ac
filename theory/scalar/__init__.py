"""One real expression: functions, values, inversion, leading terms, parameters."""
