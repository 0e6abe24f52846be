/// The tags in `If-None-Match` (RFC 9110, section 13.1.2).
enum EntityTags {
    /// Whether one of the tags listed is `tag`, which is quoted; a weak one counts like a strong one.
    static func match(_ fields: [String], _ tag: String) -> Bool {
        fields.contains { field in
            field.split(separator: ",").contains { part in
                let listed = part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }
                    .reversed()
                let text = String(listed)
                return text == "*" || text == tag || text == "W/" + tag
            }
        }
    }
}
