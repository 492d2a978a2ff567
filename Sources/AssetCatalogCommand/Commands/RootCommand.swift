import ArgumentParser
import ManifestModel

/// `asset-catalog`.
struct RootCommand: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "asset-catalog",
    abstract: "Which data assets are stale, what failed, what never finished, who makes this file.",
    discussion: """
      mad_prefect writes one JSON manifest for each data asset and one JSON file for each run. asset-catalog mirrors \
      them into a SQLite index and answers from it what no single file can. The files are the truth: the index may be \
      deleted at any time, and each question brings it up to date first.

      EXAMPLES:
        asset-catalog status --root /srv/storage
        asset-catalog freshness --max-age 24h --warn-after 12h
        asset-catalog failures --since 12h --name 'bronze.*'
        asset-catalog stale --max-age 7d --format json | jq -r '.rows[].asset_name'

      A duration is 90s, 15m, 24h, 7d, 2w or 1d12h. A time is a duration back from now, a date (midnight, UTC), or an \
      ISO-8601 time; without an offset it is UTC.

      EXIT STATUS:
        0   done, nothing found
        1   found what was asked for: stale assets, failures, differences, ...
        64  usage   65  bad policy file, time or SQL   66  no such root
        70  internal   73  cannot write   74  I/O   75  busy, try again
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "Questions",
        subcommands: [
          StatusCommand.self, FreshnessCommand.self, StaleCommand.self, FailuresCommand.self, ListCommand.self,
          ShowCommand.self, RunsCommand.self, ArtifactsCommand.self, DriftCommand.self, SchemaChangesCommand.self,
          ProblemsCommand.self, QueryCommand.self, ReportCommand.self,
        ]),
      CommandGroup(
        name: "Policies",
        subcommands: [DueCommand.self, ServiceLevelCommand.self, SlowCommand.self, PolicyCommand.self]),
      CommandGroup(name: "Writing", subcommands: [RecordCommand.self, ExecCommand.self]),
      CommandGroup(
        name: "Maintenance",
        subcommands: [
          ReconcileCommand.self, RebuildCommand.self, CheckCommand.self, RepairCommand.self, PruneCommand.self,
          IndexCommand.self,
        ]),
    ])
}

extension RootCommand {
  /// Refuses a first word that is no command, or no option of every command: the parser would complain about whatever
  /// option follows it, or show the help of something else.
  static func requireCommand(in arguments: [String]) throws(CommandFailure) {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
    guard let first = words.first else { return }
    if first.hasPrefix("-") {
      guard first.hasPrefix("--"), let meant = GlobalOptionOrder.meant(by: first) else { return }
      throw CommandFailure(.usage, "there is no option \(quoted(first)); did you mean \(quoted(meant))?")
    }
    if first == "help" { return }
    let commands = configuration.groupedSubcommands.flatMap { $0.subcommands }
    guard let command = commands.first(where: { $0.configuration.commandName == first }) else {
      throw noCommand(first, among: commands.compactMap { $0.configuration.commandName }, help: "--help")
    }
    let members = command.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard !members.isEmpty, let second = words.dropFirst().first, !second.hasPrefix("-"), second != "help",
      !members.contains(second)
    else { return }
    throw noCommand(second, family: "\(first) ", among: members, help: "\(first) --help")
  }

  private static func noCommand(
    _ word: String, family: String = "", among names: [String], help: String
  ) -> CommandFailure {
    let meant = NearestText.among(names, to: word).map { "; did you mean \(quoted(family + $0))?" }
    return CommandFailure(
      .usage,
      "there is no command \(quoted(family + word))" + (meant ?? "; 'asset-catalog \(help)' lists them"))
  }

  /// The command that the arguments begin with.
  static func command(in arguments: [String]) -> (any ParsableCommand.Type)? {
    var command: (any ParsableCommand.Type)?
    var candidates = configuration.groupedSubcommands.flatMap { $0.subcommands }
    for word in arguments {
      guard let next = candidates.first(where: { $0.configuration.commandName == word }) else { break }
      (command, candidates) = (next, next.configuration.subcommands)
    }
    return command
  }
}
