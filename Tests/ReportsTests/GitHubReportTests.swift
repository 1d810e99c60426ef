import Policy
import Testing

@testable import Reports

@Suite struct GitHubReportTests {
    @Test("each finding is one workflow command")
    func golden() {
        let expected = """
            ::notice file=policies,title=PG903::nothing there
            ::error file=policies/db.yaml,line=5,col=11,endLine=5,endColumn=20,title=PG901::port range 9000-8000 runs \
            backwards%0Aa range goes from the least to the greatest port
            ::warning file=policies/db.yaml,line=7,col=11,endLine=7,endColumn=20,title=PG900::duplicate name \
            'orders-db'%0Afirst declared here (policies/db.yaml:4)
            ::error file=policies/tab.yaml,line=1,col=4,endLine=1,endColumn=5,title=PG902::a tab indents
            2 errors, 1 warning, 1 note in policies (2 ports)

            """
        #expect(Sample.text(GitHubReport.render(Sample.report)) == expected)
    }

    @Test("a failed test is an error at its place")
    func tests() {
        #expect(
            Sample.text(GitHubReport.render(Sample.tests)).contains(
                "::error file=db.yaml,line=3,col=5,endLine=3,endColumn=16,title=sunday::expected deny, got allow%0A"))
    }

    @Test("no text can begin a command of its own or end the one it stands in")
    func hostile() {
        let lines = Sample.text(GitHubReport.render(Sample.hostileReport)).split(separator: "\n")
        // One finding, one failed test, one line of totals.
        #expect(lines.count == 3)
        #expect(lines.count { $0.hasPrefix("::") } == 2)
        #expect(lines[0].hasPrefix("::error file=a b/\\x1b]0;x\\x07%3A%2C%25é.yaml,line=1,col=3,"))
        #expect(lines[0].contains("%250A,: #"))
    }
}
