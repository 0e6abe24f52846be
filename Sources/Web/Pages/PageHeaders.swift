import HTTPTypes

/// What every file of a page is answered with.
enum PageHeaders {
    /// A page loads from its own server only, runs no script that is not a file of it, and is in nobody's frame.
    static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    static let fields: HTTPFields = [
        // Kept, and asked for each time whether it is still so.
        .cacheControl: "no-cache",
        .contentSecurityPolicy: policy,
        .xContentTypeOptions: "nosniff",
        // For browsers that do not know frame-ancestors.
        name("X-Frame-Options"): "DENY",
        name("Referrer-Policy"): "no-referrer",
        name("Cross-Origin-Opener-Policy"): "same-origin",
        name("Cross-Origin-Resource-Policy"): "same-origin",
        name("Permissions-Policy"): "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ]

    // Safe because they are tokens.
    private static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text)! }
}
