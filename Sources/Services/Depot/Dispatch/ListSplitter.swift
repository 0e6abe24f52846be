import Messages

/// Cuts a shopping list into trips that a robot can carry.
enum ListSplitter {
    /// - Parameters:
    ///   - stops: The list's stops in the order of the trip, so that each task's stops lie near each other.
    ///   - capacity: What a robot carries, in size units. A single unit larger than that makes a task of its own.
    /// - Returns: For each task its stops. Every unit of the list is in exactly one.
    static func split(_ stops: [TypesV1.Stop], capacity: UInt32) -> [[TypesV1.Stop]] {
        var tasks: [[TypesV1.Stop]] = []
        var task: [TypesV1.Stop] = []
        var room = Int(capacity)
        for stop in stops {
            var current = stop
            current.items = []
            for item in stop.items {
                let size = Int(max(1, item.sizeUnits))
                var left = Int(item.quantity)
                while left > 0 {
                    var fitting = min(left, room / size)
                    if fitting == 0, task.isEmpty, current.items.isEmpty { fitting = 1 }
                    if fitting == 0 {
                        if !current.items.isEmpty { task.append(current) }
                        current.items = []
                        tasks.append(task)
                        task = []
                        room = Int(capacity)
                        continue
                    }
                    var part = item
                    part.quantity = UInt32(fitting)
                    current.items.append(part)
                    left -= fitting
                    room = max(0, room - fitting * size)
                }
            }
            if !current.items.isEmpty { task.append(current) }
        }
        if !task.isEmpty { tasks.append(task) }
        return tasks
    }
}
