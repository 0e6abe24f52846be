/// A table as text: aligned columns, cut to a width. Pure.
struct Table: Hashable, Sendable {
    /// How a cell looks; nothing depends on it but the eye.
    enum Style: String, Hashable, Sendable {
        case plain = "0"
        case dim = "2"
        case bold = "1"
        case good = "32"
        case warning = "33"
        case bad = "31"
        case active = "36"
    }

    struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
        var text: String
        var style: Style

        init(_ text: String, _ style: Style = .plain) {
            self.text = text
            self.style = style
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    enum Alignment: Hashable, Sendable {
        case left, right
    }

    struct Column: Hashable, Sendable {
        var title: String
        var alignment: Alignment

        init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    var columns: [Column]
    /// Rows with fewer cells than columns are filled up with empty ones; what is more is left out.
    var rows: [[Cell]] = []

    /// The lines, heading first, none longer than `width` characters and no more than `height` of them.
    ///
    /// Rows that do not fit give way to a last line that counts them. `colour` adds terminal escapes, which take no width.
    func lines(width: Int = .max, height: Int = .max, colour: Bool = false) -> [String] {
        var shown = rows[...]
        var more: String?
        if rows.count + 1 > height {
            shown = rows.prefix(max(0, height - 2))
            more = "… and \(rows.count - shown.count) more"
        }
        let widths = columns.indices.map { column in
            max(
                columns[column].title.count,
                shown.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0)
        }
        var lines = [line(columns.map { Cell($0.title, .bold) }, widths, width, colour)]
        lines += shown.map { line($0, widths, width, colour) }
        if let more { lines.append(Self.paint(String(more.prefix(width)), .dim, colour)) }
        return Array(lines.prefix(height))
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ width: Int, _ colour: Bool) -> String {
        var line = ""
        var used = 0
        for column in columns.indices {
            let cell = column < cells.count ? cells[column] : ""
            let isLast = column == columns.count - 1
            let gap = column == 0 ? 0 : 2
            let room = width - used - gap
            guard room > 0 else { break }
            let text = String(cell.text.prefix(room))
            let padding = String(repeating: " ", count: max(0, min(widths[column], room) - text.count))
            line += String(repeating: " ", count: gap)
            let painted = Self.paint(text, cell.style, colour)
            line += columns[column].alignment == .right ? padding + painted : painted + (isLast ? "" : padding)
            used += gap + max(text.count, min(widths[column], room))
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    static func paint(_ text: String, _ style: Style, _ colour: Bool) -> String {
        colour && style != .plain && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
