"""What a recording does that the standard does not allow, or that makes readers stumble: named rules, short tests.

Each rule looks at one kind of thing (a packet header, a mask, a dwell, a report, another segment, or the stream as a
whole) and says what is wrong, with the offset in the stream and the field by the standard's symbol.
"""

from sidelook.formats.stanag4607.rules.checker import CheckReport, RuleChecker, rule_names
from sidelook.formats.stanag4607.rules.finding import Finding, Severity

__all__ = ["CheckReport", "Finding", "RuleChecker", "Severity", "rule_names"]
