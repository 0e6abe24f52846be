import ArgumentParser
import Foundation
import Wire

extension Certs {
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revokes certificates: who has them is not let in any more.",
            usage: """
                mallbots certs revoke bot <id> ... [--reason <reason>] [--reload] [--data <dir>]
                mallbots certs revoke service <name> ... | server | <serial> ... | <file.pem> ...
                """,
            discussion: """
                By name: all certificates that the robot or service could use; it gets no other unless `certs issue --force` \
                says so. By serial number (the first 8 digits will do) or file: that one. A server that runs drops them \
                when it is told, within seconds, and nobody else.
                """)

        @Argument(
            help: ArgumentHelp(
                "Whose: bot ID ..., service NAME ..., server, a serial number, or a certificate's file.",
                valueName: "who"))
        var who: [String]

        @Option(help: ArgumentHelp("Why, for the list and whoever asks.", valueName: "reason"))
        var reason = ReasonName(reason: .unspecified)

        @Flag(help: "One JSON object a line.")
        var json = false

        @OptionGroup var reload: ReloadOption
        @OptionGroup var data: DataOption

        func validate() throws {
            guard try !CertificateName.parse(who).isEmpty else {
                throw ValidationError("name whose: \(CertificateName.usage) | SERIAL | FILE.pem")
            }
        }

        func run() throws {
            let folder = CertificateFolder(data)
            let authority = try folder.authority()
            let targets = try CertificateName.parse(who).map { try target($0, folder, authority) }
            let items = try folder.explaining {
                try folder.directory.exclusively { editing in
                    let ledger = try editing.ledger()
                    folder.noteDamage(of: ledger)
                    let plan = try RevocationPlan(targets, ledger, now: folder.now)
                    _ = try editing.revoke(
                        serials: plan.items.map(\.serial), reason: reason.reason, by: authority, now: folder.now)
                    return plan.items
                }
            }
            for item in items {
                json
                    ? JSONLine.print(RevokedLine(item, reason: reason.reason, now: folder.now))
                    : Output.line("revoked \(item.serial) of \(item.identity)")
            }
            noteWhatStops(targets, folder)
            Output.note(try reload.tell(folder.folders, effect: "no longer lets them in"))
        }

        private func target(
            _ name: CertificateName, _ folder: CertificateFolder, _ authority: CertificateAuthority
        ) throws -> RevocationPlan.Target {
            switch name {
            case .holder(let holder): return .holder(holder)
            case .serial(let serial): return .serial(serial)
            case .file(let path):
                let certificate = try folder.explaining { try Certificate.all(file: path) }[0]
                guard certificate.isSigned(by: authority.certificate), !certificate.isAuthority else {
                    throw Failure(
                        """
                        \(path) was not issued by \(folder.directory.authorityFile), so that cannot revoke it; nobody here \
                        accepts it
                        """)
                }
                let identity = (try? certificate.identity().description) ?? certificate.details.subject
                return .signed(serial: certificate.serial, identity: identity)
            }
        }

        /// The mall's own programs need theirs.
        private func noteWhatStops(_ targets: [RevocationPlan.Target], _ folder: CertificateFolder) {
            if targets.contains(.holder(.server)) {
                Output.note(
                    "No server starts or reloads on it now: mallbots certs issue server --force --data \(folder.data)")
            }
            if targets.contains(.holder(.service(Credentials.toolName))) {
                Output.note(
                    """
                    `mallbots orders` and `events` are refused now: \
                    mallbots certs issue service \(Credentials.toolName) --force --data \(folder.data)
                    """)
            }
        }
    }
}

/// A reason as it is written on the command line: "key-compromise".
struct ReasonName: ExpressibleByArgument {
    let reason: RevocationReason

    init(reason: RevocationReason) { self.reason = reason }

    init?(argument: String) {
        guard let known = RevocationReason.forHolders.first(where: { $0.rawValue == argument }) else { return nil }
        reason = known
    }

    static var allValueStrings: [String] { RevocationReason.forHolders.map(\.rawValue) }
    var defaultValueDescription: String { reason.rawValue }
}

/// A certificate that was revoked, as JSON.
struct RevokedLine: Encodable {
    let serial: String
    let identity: String
    let revokedAt: String
    let reason: String

    init(_ item: RevocationPlan.Item, reason: RevocationReason, now: Int64) {
        serial = item.serial
        identity = item.identity
        revokedAt = UnixTime.machineText(now)
        self.reason = reason.rawValue
    }
}
