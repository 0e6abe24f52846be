import Foundation
import LoadTest

/// Shows a load test: what goes on while it runs, and what was found.
struct LoadView: Sendable {
    let plan: LoadPlan
    let server: HostPort
    /// A file, or - for standard output.
    let json: String?
    let html: String?

    /// What people read goes where JSON does not.
    private func say(_ text: String) {
        json == "-" ? Output.note(text) : Output.line(text)
    }

    /// Before anything is run: a result that cannot be written is a run for nothing.
    func checkFiles() throws {
        for (flag, path) in [("--json", json), ("--html", html)] {
            guard let path, path != "-" else { continue }
            let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            guard file >= 0 else { throw Failure("\(flag) \(path): \(String(cString: strerror(errno)))") }
            close(file)
        }
    }

    func begin(certificates: Int) {
        guard certificates > 500 else { return }
        say("reading or making \(LoadText.count(certificates)) certificates; new ones take about a second a thousand")
    }

    func screen() -> LoadScreen {
        let terminal = Terminal()
        return LoadScreen(
            plan: plan, server: server, terminal: json == "-" ? nil : terminal, say: { say($0) })
    }

    // MARK: The end

    /// Writes and prints what was found.
    func show(_ result: LoadResult) throws {
        if let json {
            let line = JSONLine.encode(LoadReport(result))
            if json == "-" { Output.line(line) } else { try write(line + "\n", to: json, "--json") }
        }
        if let html { try write(LoadPage(result, software: Version.agent).html, to: html, "--html") }
        let colour = json != "-" && Terminal().hasColour
        for line in LoadSummary(result).lines(colour: colour) { say(line) }
        if let html { say("the page is \(html)") }
    }

    private func write(_ text: String, to path: String, _ flag: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Failure("\(flag) \(path): \(error.localizedDescription)")
        }
    }
}
