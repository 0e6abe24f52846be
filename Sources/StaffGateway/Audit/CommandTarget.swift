/// What a request is about, by its path: for commands that are refused before anything of them is read.
enum CommandTarget {
    /// "/api/v1/bots/b-1/pause" is about "bot/b-1", "/api/v1/lists/o-1/tasks/2/assign" about "task/o-1/2". What is about
    /// no single thing is named by its path.
    static func of(path: String) -> String {
        let parts = path.split(separator: "/")
        guard parts.count >= 4, let kind = kinds[String(parts[2])] else { return path }
        if kind == "list", parts.count >= 6, parts[4] == "tasks" { return "task/\(parts[3])/\(parts[5])" }
        return "\(kind)/\(parts[3])"
    }

    private static let kinds = [
        "orders": "order", "bots": "bot", "lists": "list", "stores": "store", "products": "product", "users": "user",
    ]
}
