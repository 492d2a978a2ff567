import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog query`.
struct QueryCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Read-only SQL over the catalog's views.",
    discussion: HelpText.discussion(
      """
      One SELECT over the views assets, runs, artifacts, run_artifacts, problems and catalog. Times are there twice: \
      as ISO-8601 text (last_materialized) and as microseconds since 1970 (last_materialized_us). Nothing can be \
      written, and a query that takes longer than --timeout, or more than 256 MiB of memory, is stopped. '-' reads the \
      SQL from standard input.

      The outcome of a run in the views goes by the system's clock and a running window of 24 hours, whatever --now \
      and --running-window say.

      COLUMNS:
        assets         asset_name, asset_id, asset_signature, last_materialized, source, last_status,
                       last_error, last_run_id, updated_at, manifest_state, run_count, newest_run_id,
                       manifest_path
        runs           asset_name, asset_id, run_id, outcome, is_newest, started_at, materialized,
                       failed_at, duration_ms, error, error_traceback, asset_path, parameters,
                       metadata_path, heartbeat_at
        artifacts      asset_name, asset_id, path, position
        run_artifacts  asset_name, asset_id, run_id, path, position, bytes, modified, format,
                       schema_hash, row_count, sampled_rows
        problems       path, kind, message, seen_at, asset_name, asset_id
        catalog        root, metadata_folder, schema_version, projection_version, as_of, ...
      """,
      examples: [
        #"asset-catalog query "SELECT last_status, count(*) FROM assets GROUP BY 1""#,
        #"asset-catalog query "SELECT * FROM runs ORDER BY duration_ms DESC LIMIT 10" --format csv"#,
      ],
      unusable: "the SQL text, a time, a duration or the index"))

  @Argument(help: ArgumentHelp("The SQL text.", valueName: "sql"))
  var sql: String
  @Option(help: ArgumentHelp("Stop the query after this time.", valueName: "duration"))
  var timeout = "5s"
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let timeout = try Session.duration(timeout, for: "--timeout")
    let limit = answer.limit.limit
    let text = try text()
    Catalog.limitMemoryOfSQLite()
    let result = try session.catalog().query(text, timeout: timeout, limit: limit)
    let answered = Answer(generatedAt: result.generatedAt, asOf: result.asOf, rows: result.rows)
    let report = session.report(
      answered, columns: Column.query(result.columns), empty: "No rows.", limit: limit
    ) {
      "\(HumanText.count($0, "row"))."
    }
    session.clearProgress()
    try report.write(answer.format, to: &output)
    return .success
  }

  private func text() throws(CommandFailure) -> String {
    guard sql == "-" else { return sql }
    let bytes = try InputFile.bytes(of: "-", named: "SQL text on")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(.badData, "the SQL text on standard input is not UTF-8; send it as UTF-8")
    }
    return text
  }
}
