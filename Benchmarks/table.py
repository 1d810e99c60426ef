"""The table in which a benchmark prints its figures, each beside its bound."""
import sys


class Table:
    """Rows of what was measured, the figure, its bound and whether that holds."""

    def __init__(self):
        self.rows = []
        self.is_broken = False

    def add(self, what, figure, bound="", remark=""):
        """Adds a row that nothing is asked of."""
        self.rows.append((what, figure, bound, remark))

    def judge(self, what, figure, bound, holds):
        """Adds a row that holds its bound or breaks it."""
        self.add(what, figure, bound, "holds" if holds else "BROKEN")
        self.is_broken = self.is_broken or not holds

    def finish(self):
        """Prints the table and ends the benchmark, with 1 when a bound was broken."""
        widths = [max(len(row[column]) for row in self.rows) for column in range(4)]
        for row in self.rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        sys.exit(1 if self.is_broken else 0)
