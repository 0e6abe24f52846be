import ArgumentParser
import Foundation
import Wire

extension Certs {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the authority, or all that certificates say.",
            usage: """
                mallbots certs show [--data <dir>]
                mallbots certs show bot <id> | service <name> | server | <serial> | <file.pem> [--json]
                """)

        @Argument(
            help: ArgumentHelp(
                "bot ID, service NAME, server, a serial number, or a file. Default: the authority.", valueName: "who"))
        var who: [String] = []

        @Flag(help: "One JSON object a line.")
        var json = false

        @OptionGroup var data: DataOption

        func validate() throws {
            _ = try CertificateName.parse(who)
        }

        func run() throws {
            let folder = CertificateFolder(data)
            let names = try CertificateName.parse(who)
            let isOfFiles = names.allSatisfy { if case .file = $0 { true } else { false } }
            // A file can be looked at without a mall.
            if names.isEmpty || !isOfFiles { try folder.requireAuthority() }
            guard !names.isEmpty else { return try showAuthority(folder) }
            let viewer = try CertificateViewer(folder)
            let cards = try names.flatMap { try viewer.cards($0) }
            if json {
                for card in cards { JSONLine.print(card.line) }
            } else {
                Output.line(cards.map { $0.text(now: folder.now) }.joined(separator: "\n\n"))
            }
            for name in names {
                guard case .holder(let holder) = name, !json else { continue }
                let others = viewer.others(of: holder)
                guard !others.rows.isEmpty else { continue }
                let lines = others.table.lines(colour: Terminal().hasColour)
                Output.line("\nearlier certificates of \(holder)\n" + lines.joined(separator: "\n"))
            }
            viewer.ledger.map(folder.noteDamage)
        }

        private func showAuthority(_ folder: CertificateFolder) throws {
            let ledger = try folder.ledger()
            let card = AuthorityCard(
                authorities: try folder.authorityCertificates(),
                lists: try folder.revocationLists(),
                listing: CertificateListing(ledger, now: folder.now), files: folder.directory,
                server: MallProcess.find(on: folder.folders)?.id)
            json ? JSONLine.print(card.line) : Output.line(card.text(now: folder.now))
            folder.noteDamage(of: ledger)
        }
    }
}

/// Finds what there is to see of a certificate: its file, if it is known, and the account.
struct CertificateViewer {
    private let folder: CertificateFolder
    private let authorities: [Certificate]
    /// nil: there is no authority.
    let ledger: TLSLedger?

    init(_ folder: CertificateFolder) throws {
        self.folder = folder
        authorities = folder.hasAuthority ? try folder.authorityCertificates() : []
        ledger = folder.hasAuthority ? try folder.ledger() : nil
    }

    func cards(_ name: CertificateName) throws -> [CertificateCard] {
        switch name {
        case .file(let path):
            return try folder.explaining { try Certificate.all(file: path) }.map { certificate in
                CertificateCard(
                    certificate, file: path,
                    state: certificate.state(ledger, authorities: authorities, now: folder.now),
                    revoked: ledger?.revocation(of: certificate.serial))
            }
        case .serial(let serial):
            guard let ledger else { return [] }
            return [card(try ledger.find(serial: serial), ledger)]
        case .holder(let holder):
            guard let ledger, let newest = ledger.all(of: holder).last else {
                throw Failure("\(holder) has no certificate that was issued here; `mallbots certs list` shows who has")
            }
            return [card(CertificateRecord(newest, ledger), ledger)]
        }
    }

    /// All of a holder's but the newest.
    func others(of holder: CertificateHolder) -> CertificateListing {
        guard let ledger else { return CertificateListing([]) }
        return CertificateListing(
            ledger.all(of: holder).dropLast().map {
                let record = CertificateRecord($0, ledger)
                return (record, record.state(in: ledger, now: folder.now))
            })
    }

    private func card(_ record: CertificateRecord, _ ledger: TLSLedger) -> CertificateCard {
        let state = record.state(in: ledger, now: folder.now)
        let path = record.holder.map { folder.directory.files(of: $0).certificate }
        // Its file may hold a newer one, or have been taken elsewhere.
        let found = path.flatMap { try? Certificate.all(file: $0) }?.first { $0.serial == record.serial }
        guard let path, let found else { return CertificateCard(record, state) }
        return CertificateCard(found, holder: record.holder, file: path, state: state, revoked: record.revoked)
    }
}

extension Certificate {
    /// What it is worth to a mall; nil for a ledger: there is none.
    func state(_ ledger: TLSLedger?, authorities: [Certificate], now: Int64) -> CertificateState {
        guard let ledger, let validity, authorities.contains(where: isSigned) else { return .unknown }
        if let issued = ledger.issued.first(where: { $0.serial == serial }) {
            return CertificateState(ledger.state(of: issued, now: now))
        }
        if let entry = ledger.revocation(of: serial) { return .revoked(entry) }
        return now > validity.upperBound ? .expired : now < validity.lowerBound ? .notYetValid : .valid
    }
}
