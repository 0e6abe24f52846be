import ArgumentParser

/// The data directory, for every command that needs one.
struct DataOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The mall's data directory.", valueName: "dir"))
    var data = "data"

    var folders: Folders { Folders(data) }
}
