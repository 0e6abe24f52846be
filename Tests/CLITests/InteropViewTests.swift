import Interop
import Testing

@testable import CLI

struct InteropViewTests {
    @Test func aLineForEachEnd() {
        let passed = InteropResult(name: "ping", outcome: .passed, milliseconds: 12)
        #expect(InteropView.line(passed, colour: false).split(separator: " ") == ["ping", "passed", "12", "ms"])
        let failed = InteropResult(name: "ping", outcome: .failed(why: "two\nlines\u{1B}[31m"), milliseconds: 0)
        let line = InteropView.line(failed, colour: false)
        #expect(line.hasSuffix("0 ms  two lines [31m") && line.contains("FAILED"), "\(line)")
        #expect(InteropView.line(failed, colour: true).contains("\u{1B}[31mFAILED"))
    }
}
