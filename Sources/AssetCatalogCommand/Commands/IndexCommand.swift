import ArgumentParser

/// `asset-catalog index`.
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Hand the index to another host, which need not read the whole tree then.",
    discussion: """
      The index is a cache of the tree, and each host keeps its own. Where a tree is large or far away, a new host can \
      begin with a copy.

      EXAMPLES:
        asset-catalog index export /shared/lake-index.sqlite
        asset-catalog index import /shared/lake-index.sqlite
      """,
    subcommands: [IndexExportCommand.self, IndexImportCommand.self])
}
