import ArgumentParser

/// Whether, and with which certificate, browsers are served over TLS; shared by `serve` and `demo`.
struct HTTPSOptions: ParsableArguments {
    @Flag(
        help: "Have kiosks and staff come over HTTPS, with a certificate from the mall's own authority (docs/https.md)."
    )
    var https = false

    @Option(
        help: ArgumentHelp(
            "A name or address by which browsers reach this machine, for that certificate. May be given again.",
            valueName: "host"))
    var httpsName: [String] = []

    @Option(
        help: ArgumentHelp(
            "A certificate of your own for HTTPS, followed by those that vouch for it (PEM).", valueName: "file"))
    var httpsCertificate: String?

    @Option(help: ArgumentHelp("The private key of --https-certificate (PEM).", valueName: "file"))
    var httpsKey: String?

    func validate() throws {
        guard https || (httpsName.isEmpty && httpsCertificate == nil && httpsKey == nil) else {
            throw ValidationError("--https-name, --https-certificate and --https-key need --https")
        }
        guard (httpsCertificate == nil) == (httpsKey == nil) else {
            throw ValidationError("--https-certificate and --https-key go together")
        }
        guard httpsCertificate == nil || httpsName.isEmpty else {
            throw ValidationError("--https-name is for the mall's own certificate; yours has its names already")
        }
    }

    /// Refuses to serve what a browser could not use safely.
    ///
    /// - Parameter flag: the one that says where to listen: "--kiosk"
    func check(_ address: HostPort, flag: String) throws {
        guard https || address.isLoopback else {
            throw Failure(
                """
                \(flag) \(address): plain HTTP is served on loopback only; add --https, or let a proxy with TLS reach it \
                on 127.0.0.1 (docs/https.md)
                """)
        }
        let isEverywhere = ["0.0.0.0", "::"].contains(address.host)
        guard !isEverywhere || !https || httpsCertificate != nil || !httpsName.isEmpty else {
            throw Failure(
                """
                \(flag) \(address): say by which names browsers come here, for the certificate: --https-name mall.example \
                --https-name 192.0.2.7
                """)
        }
    }

    /// The files of a certificate of one's own.
    var files: (certificate: String, key: String)? {
        guard let httpsCertificate, let httpsKey else { return nil }
        return (httpsCertificate, httpsKey)
    }
}
