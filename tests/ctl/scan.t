# Port scans: what is given, and what the rest is by default.
0 => rule 'port-scan: {effect: prevent}' | leveectl check - => out:      hold: 10m => out:      vertical: {ports: 15, failures: 10, within: 1m30s} => out:      horizontal: {hosts: 25, failures: 7, within: 5m} => out:      fast: {weight: 21, gap: 3s} => out:      slow: {failures: 7} => out:      silence: 3s
0 => rule 'port-scan: {effect: alert, hold: 1h, vertical: {ports: 20}, slow: {failures: 4}}' | leveectl check - => out:      hold: 1h => out:      vertical: {ports: 20, failures: 10, within: 1m30s} => out:      slow: {failures: 4}
0 => rule 'port-scan: {effect: alert, vertical: off, horizontal: "off", fast: off, slow: off}' | leveectl check - => out:      vertical: off => out:      horizontal: off => out:      fast: off => out:      slow: off => out:      silence: 3s
0 => rule 'port-scan: {effect: alert, fast: {}}' | leveectl check - => out:      fast: {weight: 21, gap: 3s}
0 => rule 'port-scan: {effect: alert, vertical: {ports: 128, failures: 128, within: 18h12m15s}, silence: 10m}' | leveectl check - => out:      vertical: {ports: 128, failures: 128, within: 18h12m15s} => out:      silence: 10m => -:4:5: warning: vertical may find nothing: 96 failures are remembered for certain, and 128 are more => -:4:5: warning: what never answers does not count for horizontal: silence of 10m is no failure within 5m
# Of what is disabled, only what is given is told.
0 => rule 'port-scan: {effect: disable, slow: {failures: 4}}' | leveectl check - => out:      slow: {failures: 4} => no:      hold: 10m => no:      silence: 3s
0 => rule 'port-scan: {effect: disable}' | leveectl check - => no:      slow: {failures: 7}

# What is found by nothing.
0 => rule 'port-scan: {effect: alert, horizontal: {failures: 97}}' | leveectl check - => -:4:5: warning: horizontal may find nothing: 96 failures are remembered for certain, and 97 are more
0 => rule 'port-scan: {effect: alert, horizontal: {failures: 96}}' | leveectl check -
0 => rule 'port-scan: {effect: alert, fast: {weight: 385}}' | leveectl check - => -:4:5: warning: fast finds nothing: 128 contacts are remembered, of weight 3 at most, and weight 385 is more
0 => rule 'port-scan: {effect: alert, fast: {weight: 384}}' | leveectl check -
0 => rule 'port-scan: {effect: alert, vertical: {within: 3s}}' | leveectl check - => -:4:5: warning: what never answers does not count for vertical: silence of 3s is no failure within 3s
0 => rule 'port-scan: {effect: alert, vertical: {within: 4s}}' | leveectl check -
0 => rule 'port-scan: {effect: disable, vertical: {within: 3s}, fast: {weight: 385}}' | leveectl check -

# What is wrong.
1 => rule 'port-scan: {hold: 1s}' | leveectl check - => -:4:5: no effect in "port-scan", expected effect: disable, alert, prevent or block
1 => rule 'port-scan: {effect: disable, hold: 8d}' | leveectl check - => -:4:40: hold is out of range "8d", expected 1s to 7d
1 => rule 'port-scan: {effect: alert, vertical: 15}' | leveectl check - => -:4:42: bad value of vertical "15", expected off or {ports: ...}
1 => rule 'port-scan: {effect: alert, horizontal: [off]}' | leveectl check - => -:4:44: bad value of horizontal "[...]", expected off or {hosts: ...}
1 => rule 'port-scan: {effect: alert, vertical: {ports: 129, failures: 0}}' | leveectl check - => -:4:50: bad ports "129", expected a number of 1 to 128 => -:4:65: bad failures "0", expected a number of 1 to 128
1 => rule 'port-scan: {effect: alert, horizontal: {hosts: 1s, within: 5}}' | leveectl check - => -:4:52: bad hosts "1s", expected a number of 1 to 128 => -:4:64: bad duration of within "5", expected a number and s, min, h or d
1 => rule 'port-scan: {effect: alert, horizontal: {within: 18h12m16s}}' | leveectl check - => -:4:53: within is out of range "18h12m16s", expected 1s to 18h12m15s
1 => rule 'port-scan: {effect: alert, fast: {weight: 65536, gap: 0s}}' | leveectl check - => -:4:47: bad weight "65536", expected a number of 1 to 65535 => -:4:59: gap is out of range "0s", expected 1s to 18h12m15s
1 => rule 'port-scan: {effect: alert, slow: {ports: 3}}' | leveectl check - => -:4:39: unknown key "ports", expected failures
1 => rule 'port-scan: {effect: alert, slow: {failures: 3, failures: 4}}' | leveectl check - => -:4:52: duplicate key "failures", expected it once
1 => rule 'port-scan: {effect: alert, silence: 11min}' | leveectl check - => -:4:41: silence is out of range "11min", expected 1s to 10m
1 => rule 'port-scan: {effect: alert, threshold: 3}' | leveectl check - => -:4:32: unknown key "threshold", expected effect, hold, silence, vertical, horizontal, fast or slow
