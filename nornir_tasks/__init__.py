"""The network side: reads and writes GAMs, reads billing systems. Knows neither Django nor NetBox's code."""
