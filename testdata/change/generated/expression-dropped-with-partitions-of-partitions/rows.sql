SELECT sensor, fahrenheit::integer FROM app.readings ORDER BY sensor;
