import Foundation
import Glibc

/// What standard output is, and what may be done with it.
struct Terminal: Sendable {
    /// A person is looking: the screen may be redrawn.
    let isInteractive: Bool
    /// Colours are welcome: a terminal, and neither NO_COLOR nor TERM=dumb says otherwise.
    let hasColour: Bool

    init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        isTerminal: Bool = isatty(STDOUT_FILENO) == 1
    ) {
        isInteractive = isTerminal && environment["TERM"] != "dumb"
        hasColour = isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Columns and rows; 80 by 24 when nobody tells.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// Lines that are drawn again and again in the same place. Only for an interactive terminal.
struct LiveScreen {
    let terminal: Terminal
    private var drawn = 0

    init(terminal: Terminal) { self.terminal = terminal }

    /// Draws the lines over those drawn before; the caller has cut them to the terminal's size.
    mutating func draw(_ lines: [String]) {
        var text = drawn > 0 ? "\u{1B}[\(drawn)F" : ""
        for line in lines { text += line + "\u{1B}[K\n" }
        // What is left of a longer drawing before this one goes.
        text += "\u{1B}[J"
        drawn = lines.count
        Output.put(text)
    }
}
