import ArgumentParser
import Wire

extension Certs {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists what was issued, oldest first.",
            discussion: """
                Valid: let in now. Replaced: let in too, but its holder has a newer one. Ends soon: a third of its time or \
                less is left.
                """)

        @Flag(help: "Only those that were revoked.")
        var revoked = false

        @Flag(help: "Only those that are let in now.")
        var valid = false

        @Option(
            help: ArgumentHelp(
                "Only robots' and services' newest certificates that end within so many days.", valueName: "days"))
        var expiring: Int64?

        @Flag(help: "One JSON object a line.")
        var json = false

        @OptionGroup var data: DataOption

        func validate() throws {
            guard [revoked, valid, expiring != nil].count(where: { $0 }) <= 1 else {
                throw ValidationError("only one of --revoked, --valid and --expiring")
            }
            if let expiring, !(0...36_500).contains(expiring) {
                throw ValidationError("--expiring is from 0 to 36500 days, not \(expiring)")
            }
        }

        private var filter: CertificateFilter {
            if let expiring { return .expiring(days: expiring) }
            return revoked ? .revoked : valid ? .valid : .all
        }

        func run() throws {
            let folder = CertificateFolder(data)
            try folder.requireAuthority()
            let ledger = try folder.ledger()
            let listing = CertificateListing(ledger, filter: filter, now: folder.now)
            if json {
                for line in listing.lines { JSONLine.print(line) }
            } else if listing.rows.isEmpty {
                Output.line(filter == .all ? "no certificates" : "no such certificates")
            } else {
                Output.line(listing.table.lines(colour: Terminal().hasColour).joined(separator: "\n"))
            }
            folder.noteDamage(of: ledger)
        }
    }
}
