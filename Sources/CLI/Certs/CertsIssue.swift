import ArgumentParser
import Foundation
import Wire

extension Certs {
    struct Issue: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issues certificates and keys to robots and services.",
            usage: """
                mallbots certs issue bot <id> ... [--out <folder>] [--days <count>] [--renew] [--data <dir>]
                mallbots certs issue service <name> ... [--out <folder>] ...
                mallbots certs issue bot <id> --csr <file> --out <folder> ...
                mallbots certs issue server [--host <name> ...] [--reload] ...
                """,
            discussion: """
                All of them or none. Files have the names ID.pem and ID.key; keys are for their owner alone (mode 600). \
                With --out no copy of the key stays in the data directory. 'server' is the certificate that `mallbots serve` \
                shows, for the host names and addresses that robots dial.
                """)

        @Argument(help: ArgumentHelp("Whom for: bot ID ..., service NAME ..., or server.", valueName: "who"))
        var who: [String]

        @Option(
            help: ArgumentHelp(
                "Where certificate, key and a copy of ca.pem go. Default: the data directory.", valueName: "folder"))
        var out: String?

        @Option(
            help: ArgumentHelp(
                "A certificate request in PEM form: the key was made where it is used, and stays there.",
                valueName: "file"))
        var csr: String?

        @Option(help: ArgumentHelp("How long it lasts. Default: 365, a server's 397.", valueName: "count"))
        var days: Int64?

        @Option(
            help: ArgumentHelp(
                "A server: a host name or IP address that is dialled (repeatable). Those that it had stay.",
                valueName: "name"))
        var host: [String] = []

        @Flag(help: "Issue another to who has one, and replace its files.")
        var renew = false

        @Flag(help: "Like --renew, even to those whose last certificate was revoked.")
        var force = false

        @Flag(help: "One JSON object a line.")
        var json = false

        @OptionGroup var reload: ReloadOption
        @OptionGroup var data: DataOption

        private var consent: IssuePlan.Consent { force ? .anything : renew ? .renewal : .first }

        func validate() throws {
            let holders = try CertificateName.parseHolders(who)
            guard !holders.isEmpty else { throw ValidationError("name whom for: \(CertificateName.usage)") }
            if let days, !(1...36_500).contains(days) {
                throw ValidationError("--days is from 1 to 36500, not \(days)")
            }
            let hasServer = holders.contains(.server)
            guard host.isEmpty || hasServer else { throw ValidationError("--host is for a server's certificate") }
            guard !hasServer || out == nil else {
                throw ValidationError(
                    "--out is not for a server's certificate, which `mallbots serve` looks for in the data directory")
            }
            guard !reload.reload || hasServer else {
                throw ValidationError("--reload is for a server's certificate; others are good at once")
            }
            guard csr == nil || holders.count == 1 && !hasServer && out != nil else {
                throw ValidationError("--csr is for one robot or service, and with --out, as the key is not here")
            }
            guard out?.isEmpty != true else { throw ValidationError("--out names no folder") }
        }

        func run() throws {
            let folder = CertificateFolder(data)
            let authority = try folder.authority()
            let orders = try orders(folder, authority)
            let issued = try folder.explaining {
                try folder.directory.exclusively { editing in
                    let ledger = try editing.ledger()
                    folder.noteDamage(of: ledger)
                    try refuse(orders, ledger, now: folder.now)
                    let authorityFile =
                        try out.map { try folder.directory.copyAuthority(to: $0, replacing: consent >= .renewal) }
                        ?? folder.directory.authorityFile
                    let made = try editing.issue(
                        orders, serverName: Credentials.serverName, by: authority, now: folder.now)
                    return zip(orders, made).map {
                        NewCertificate(
                            holder: $0.holder, certificate: $1, file: $0.files.certificate,
                            keyFile: $0.request == nil ? $0.files.key : nil, authorityFile: authorityFile)
                    }
                }
            }
            try report(issued, authority, folder)
        }

        private func orders(
            _ folder: CertificateFolder, _ authority: CertificateAuthority
        ) throws -> [TLSDirectory.Order] {
            let end = authority.certificate.validity?.upperBound ?? 0
            if let days, let refusal = IssuePlan.refusal(ofDays: days, authorityEnd: end, now: folder.now) {
                throw Failure(refusal)
            }
            let request = try csr.map { csr in try folder.explaining { try CertificateRequest(file: csr) } }
            let orders = try CertificateName.parseHolders(who).map { holder in
                TLSDirectory.Order(
                    holder: holder, days: days, hosts: holder == .server ? hosts(folder) : [], request: request,
                    files: out.map { TLSDirectory.files(of: holder, takenTo: $0) }
                        ?? folder.directory.files(of: holder))
            }
            let files = Dictionary(grouping: orders, by: \.files.certificate)
            if let clash = files.values.first(where: { $0.count > 1 }) {
                let names = clash.map(\.holder.description).joined(separator: " and ")
                throw Failure(
                    "\(names) would have the same files, \(clash[0].files.certificate): issue them one by one")
            }
            return orders
        }

        /// Those that the server had, whoever signed for them, and the new ones.
        private func hosts(_ folder: CertificateFolder) -> [String] {
            let old = try? Certificate.all(file: folder.directory.files(of: .server).certificate)
            var hosts = old?[0].hosts ?? []
            let wanted = Credentials.localHosts + host
            hosts += wanted.filter { !hosts.contains(Certificate.canonical(host: $0)) }
            return hosts
        }

        private func refuse(_ orders: [TLSDirectory.Order], _ ledger: TLSLedger, now: Int64) throws {
            for order in orders {
                if let refusal = IssuePlan.refusal(of: order.holder, ledger, consent, now: now) {
                    throw Failure(refusal)
                }
            }
            let there = orders.flatMap { [$0.files.certificate] + ($0.request == nil ? [$0.files.key] : []) }
                .filter { FileManager.default.fileExists(atPath: $0) }
            if let refusal = IssuePlan.refusal(ofFilesThatExist: there, consent) { throw Failure(refusal) }
        }

        private func report(
            _ issued: [NewCertificate], _ authority: CertificateAuthority, _ folder: CertificateFolder
        ) throws {
            if json {
                for new in issued { JSONLine.print(new.line) }
            } else {
                Output.line(NewCertificate.text(issued))
            }
            let end = authority.certificate.validity?.upperBound ?? 0
            if issued.contains(where: { $0.certificate.validity?.upperBound == end }) {
                Output.note("Ends early, with the authority itself: \(UnixTime.text(end))")
            }
            guard issued.contains(where: { $0.holder == .server }) else { return }
            Output.note(try reload.tell(folder.folders, effect: "shows the new certificate"))
        }
    }
}
