import ArgumentParser
import Foundation
import Kernel
import Wire

extension Certs {
    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the authority of a mall, without starting a server.",
            discussion: """
                An authority that is there is never replaced. If only its key is there, it gets a new certificate for the \
                same key, and all that it issued stays good.
                """)

        @Option(
            help: ArgumentHelp("The realm whose robots and services it is to vouch for.", valueName: "name"))
        var trustDomain = Credentials.trustDomain

        @Option(help: ArgumentHelp("How long its certificate lasts.", valueName: "count"))
        var days = CertificateAuthority.lifetimeDays

        @Flag(
            help: """
                For an authority that is there: sign its revocation list again, if that is past its time, or missing. One \
                that is missing begins empty, so bring back a copy instead if there is one.
                """)
        var newList = false

        @Flag(help: "What was made, as JSON.")
        var json = false

        @OptionGroup var data: DataOption

        func validate() throws {
            guard (1...36_500).contains(days) else { throw ValidationError("--days is from 1 to 36500, not \(days)") }
            do {
                _ = try PeerIdentity(trustDomain: trustDomain, kind: .service, id: "any")
            } catch {
                throw ValidationError("--trust-domain '\(trustDomain)': \(error)")
            }
        }

        func run() throws {
            let folder = CertificateFolder(data)
            if newList { return try signList(folder) }
            try Access.check(folder.folders.root, toChange: true)
            try Access.check(folder.folders.tls, toChange: true)
            guard !folder.hasAuthority else { throw Self.exists(folder) }
            let hadKey = FileManager.default.fileExists(atPath: folder.directory.authorityKeyFile)
            do {
                try DataDirectory.make(folder.folders.root)
            } catch {
                throw Failure("\(error)")
            }
            let authority = try folder.explaining {
                try folder.directory.authority(trustDomain: trustDomain, days: days, now: folder.now)
            }
            if json {
                JSONLine.print(AuthorityLine(authority, folder.directory))
            } else {
                Output.line(Self.text(authority, folder, hadKey: hadKey))
            }
        }

        private func signList(_ folder: CertificateFolder) throws {
            let authority = try folder.authority(withList: false)
            let wasMissing = !FileManager.default.fileExists(atPath: folder.directory.revocationFile)
            let isNew = try folder.explaining {
                try folder.directory.completeRevocationList(by: authority, now: folder.now)
            }
            guard isNew else {
                throw Failure("\(folder.directory.revocationFile) is there and not past its time: nothing was changed")
            }
            if json { return JSONLine.print(AuthorityLine(authority, folder.directory)) }
            let what =
                wasMissing
                ? "Signed a revocation list with nothing in it; revoke again what had been revoked:"
                : "Signed the revocation list again, with all that it revokes:"
            Output.line("\(what)\n  \(folder.directory.revocationFile)")
        }

        private static func exists(_ folder: CertificateFolder) -> Failure {
            Failure(
                """
                \(folder.directory.authorityFile) exists, and everyone whom it vouches for would be shut out with another: \
                nothing was changed. `mallbots certs show --data \(folder.data)` shows it
                """)
        }

        private static func text(
            _ authority: CertificateAuthority, _ folder: CertificateFolder, hadKey: Bool
        ) -> String {
            let end = UnixTime.text(authority.certificate.validity?.upperBound ?? 0)
            let directory = folder.directory
            return """
                Made \(hadKey ? "a new certificate for the key that was there: " : "")the authority of \
                \(authority.trustDomain), good until \(end):
                  \(directory.authorityFile)   its certificate, for every robot and service
                  \(directory.authorityKeyFile)   its key: keep a copy in a safe place, and nobody else may have it
                  \(directory.revocationFile)  what it has revoked
                Next:
                  mallbots certs issue bot b-7 --out FOLDER --data \(folder.data)    a robot's certificate, to take along
                  mallbots serve --data \(folder.data)    a mall that lets these robots in
                """
        }
    }
}

/// An authority as JSON.
struct AuthorityLine: Encodable {
    let trustDomain: String
    let serial: String
    let validFrom: String?
    let validUntil: String?
    let certificate: String
    let key: String
    let revocationList: String

    init(_ authority: CertificateAuthority, _ directory: TLSDirectory) {
        trustDomain = authority.trustDomain
        serial = authority.certificate.serial
        validFrom = authority.certificate.validity.map { UnixTime.machineText($0.lowerBound) }
        validUntil = authority.certificate.validity.map { UnixTime.machineText($0.upperBound) }
        certificate = directory.authorityFile
        key = directory.authorityKeyFile
        revocationList = directory.revocationFile
    }
}
