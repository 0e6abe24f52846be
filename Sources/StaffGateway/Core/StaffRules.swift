import Foundation
import Kernel

/// What names and passwords may be.
enum StaffRules {
    /// In characters.
    static let passwordLength = 10...128
    static let nameLength = 1...32

    /// What a user is found by: names that differ in case only are one.
    static func key(of name: String) -> String { name.lowercased() }

    static func check(name: String) throws(ServiceError) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        guard allowed, nameLength.contains(name.utf8.count) else {
            throw .invalidArgument("name takes 1 to 32 letters, digits, '.', '-' and '_'")
        }
    }

    /// The password as it is hashed: two keyboards may compose one letter differently.
    ///
    /// - Throws: `INVALID_ARGUMENT`, never with the password in it.
    static func checked(password: String, of name: String) throws(ServiceError) -> String {
        let password = composed(password)
        guard passwordLength.contains(password.count), password.utf8.count <= 4 * passwordLength.upperBound else {
            throw .invalidArgument(
                "password takes \(passwordLength.lowerBound) to \(passwordLength.upperBound) characters")
        }
        guard key(of: password) != key(of: name) else { throw .invalidArgument("password is the user's name") }
        return password
    }

    /// In Unicode's form C, as RFC 8265 has passwords compared.
    static func composed(_ password: String) -> String { password.precomposedStringWithCanonicalMapping }
}
