import Foundation

/// A line chart as SVG inside HTML, with what a reader sees who points at it. Pure.
struct Chart {
    struct Series {
        var name: String
        /// Chooses the colour, see page.css.
        var style: String
        /// In the order of x.
        var points: [(x: Double, y: Double)]
    }

    var title: String
    /// How to read it, in a sentence.
    var caption: String
    var x: ChartAxis
    var y: ChartAxis
    var series: [Series]
    /// What is below and above is something else than the rest.
    var shadedBelow: Double?
    var shadedAbove: Double?
    var xText: (Double) -> String
    var yText: (Double) -> String
    var height = 240.0

    private static let width = 720.0
    private static let left = 64.0
    private static let right = 12.0
    private static let top = 10.0
    private static let bottom = 26.0

    private func across(_ value: Double) -> Double {
        Self.left + x.position(value) * (Self.width - Self.left - Self.right)
    }

    private func up(_ value: Double) -> Double {
        height - Self.bottom - y.position(value) * (height - Self.top - Self.bottom)
    }

    var html: String {
        """
        <figure class="chart">
        <figcaption><h3>\(HTML.text(title))</h3><p>\(HTML.text(caption))</p>\(legend)</figcaption>
        <div class="plot"><svg viewBox="0 0 \(Int(Self.width)) \(Int(height))" role="img" \
        aria-label="\(HTML.text(title))">
        \(frame)
        \(series.map(line).joined(separator: "\n"))
        <line class="cursor" y1="\(number(Self.top))" y2="\(number(height - Self.bottom))" x1="0" x2="0"/>
        </svg><div class="tip" hidden></div></div>
        <script type="application/json">\(readings)</script>
        </figure>
        """
    }

    private var legend: String {
        guard series.count > 1 else { return "" }
        return "<ul class=\"legend\">"
            + series.map { "<li class=\"\($0.style)\">\(HTML.text($0.name))</li>" }.joined() + "</ul>"
    }

    private var frame: String {
        var parts: [String] = []
        if let end = shadedBelow, end > x.low { parts.append(shade(from: x.low, to: end)) }
        if let start = shadedAbove, start < x.high { parts.append(shade(from: start, to: x.high)) }
        for tick in y.ticks {
            let at = number(up(tick.value))
            parts.append(
                """
                <line class="grid" x1="\(number(Self.left))" x2="\(number(Self.width - Self.right))" y1="\(at)" y2="\(at)"/>\
                <text class="y" x="\(number(Self.left - 8))" y="\(at)">\(HTML.text(tick.label))</text>
                """)
        }
        for tick in x.ticks {
            let at = number(across(tick.value))
            parts.append(
                """
                <line class="mark" x1="\(at)" x2="\(at)" y1="\(number(height - Self.bottom))" \
                y2="\(number(height - Self.bottom + 4))"/>\
                <text class="x" x="\(at)" y="\(number(height - 8))">\(HTML.text(tick.label))</text>
                """)
        }
        return parts.joined(separator: "\n")
    }

    private func shade(from low: Double, to high: Double) -> String {
        """
        <rect class="shade" x="\(number(across(low)))" y="\(number(Self.top))" \
        width="\(number(across(high) - across(low)))" height="\(number(height - Self.top - Self.bottom))"/>
        """
    }

    private func line(_ series: Series) -> String {
        let points = series.points.map { "\(number(across($0.x))),\(number(up($0.y)))" }.joined(separator: " ")
        // One point alone has no line.
        let dots = series.points.count == 1 ? " dot" : ""
        return "<polyline class=\"\(series.style)\(dots)\" points=\"\(points)\"/>"
    }

    /// What stands where, for who points at it: all words are made here.
    private var readings: String {
        let all = series.map { series in
            Reading(
                name: series.name, style: series.style, x: series.points.map { across($0.x) },
                label: series.points.map { xText($0.x) }, text: series.points.map { yText($0.y) })
        }
        let data = (try? JSONEncoder().encode(all)) ?? Data("[]".utf8)
        // Within a script only this would end it.
        return String(decoding: data, as: UTF8.self).replacing("<", with: "\\u003c")
    }

    private struct Reading: Encodable {
        var name: String
        var style: String
        var x: [Double]
        var label: [String]
        var text: [String]
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}

/// Text in HTML.
enum HTML {
    /// With nothing in it that HTML takes for its own.
    static func text(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// A table; the cells are text. Numbers stand at the right.
    static func table(_ headings: [String], _ rows: [[String]], numbers: Set<Int> = []) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>"
                + cells.enumerated().map { index, cell in
                    "<\(tag)\(numbers.contains(index) ? " class=\"n\"" : "")>\(text(cell))</\(tag)>"
                }.joined() + "</tr>"
        }
        return "<div class=\"table\"><table><thead>\(row(headings, "th"))</thead><tbody>"
            + rows.map { row($0, "td") }.joined(separator: "\n") + "</tbody></table></div>"
    }
}
