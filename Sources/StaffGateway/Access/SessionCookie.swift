import HTTPTypes

/// The cookie that a browser keeps a session's token in.
enum SessionCookie {
    static let name = "mallbots_staff"

    /// The token that a request brings; nil without one.
    static func token(in headers: HTTPFields) -> String? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == name else { continue }
                let token = String(parts[1])
                return token.utf8.count <= 128 ? token : nil
            }
        }
        return nil
    }

    /// Gives the token to the browser. Scripts cannot read it, and other sites' pages cannot have it sent.
    static func set(_ token: String, seconds: Int64, secure: Bool) -> String {
        "\(name)=\(token); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict" + (secure ? "; Secure" : "")
    }

    static func clear(secure: Bool) -> String { set("", seconds: 0, secure: secure) }
}
