import Foundation

/// Asks for a new password: at the terminal twice and unseen, elsewhere as one line of standard input.
enum NewPassword {
    static func read(for name: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw Failure("no password came on standard input: write it there as one line")
            }
            return line
        }
        let first = try ask("New password of \(name): ")
        guard try ask("The same again: ") == first else { throw Failure("the two differ; nothing was changed") }
        return first
    }

    private static func ask(_ question: String) throws -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw Failure("cannot hide what is typed here: give the password on standard input instead")
        }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        // Ctrl-C in between would leave the terminal silent.
        silent.c_lflag &= ~tcflag_t(ISIG)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else {
            throw Failure("cannot hide what is typed here: give the password on standard input instead")
        }
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        FileHandle.standardError.write(Data(question.utf8))
        guard let line = readLine(strippingNewline: true), !line.contains("\u{3}") else {
            throw Failure("nothing was changed")
        }
        return line
    }
}
