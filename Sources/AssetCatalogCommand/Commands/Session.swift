import AssetCatalog
import FreshnessRules
import Glibc
import LinuxSystem
import ManifestModel

/// What a command works with: the catalog it asks, the clock, and the way to the user.
final class Session {
  /// The clock of the answer.
  let now: Timestamp
  let globals: GlobalOptions
  private var options: Catalog.Options
  private let givenRoot: String
  private var opened: Catalog?
  private var settled: Catalog?
  private let progress: ProgressLine?

  /// - Parameter lives: whether what is recorded is this process itself, which goes on while `--now` stands.
  init(_ globals: GlobalOptions, reconciling: Catalog.Reconciling, lives: Bool = false) throws {
    let environment = Environment.process
    let systemNow = Self.systemTime()
    let progress = globals.quiet ? nil : ProgressLine(environment: environment)
    let root = try RootLocation.path(option: globals.root, environment: environment)
    var options = Catalog.Options()
    options.reconciling = reconciling
    // Nobody has chosen: a listing of all of a bucket takes its time, and costs money.
    if case .always = reconciling, Catalog.isInBucket(root) { options.reconciling = .maxLag(Self.bucketLag) }
    options.beatsByFileClock = lives
    if let folder = globals.metadata ?? environment["ASSET_METADATA_LOCATION"] { options.metadataFolder = folder }
    options.indexPath = globals.index ?? environment["ASSET_CATALOG_INDEX"]
    now =
      try globals.now.map { text throws(CommandFailure) in try Self.time(text, now: systemNow, for: "--now") }
      ?? systemNow
    if let window = globals.runningWindow {
      options.runningWindow = try Self.duration(window, for: "--running-window")
    }
    if globals.now != nil {
      let fixed = now
      options.now = { fixed }
    }
    if let patience = globals.patience {
      options.patience = try Self.duration(patience, for: "--patience")
      options.maintenancePatience = options.patience
    }
    if !globals.quiet {
      options.onWarning = { warning in
        progress?.clear()
        Self.say(warning)
      }
    }
    if let progress { options.onProgress = { progress.update($0) } }
    self.globals = globals
    self.options = options
    givenRoot = root
    self.progress = progress
  }

  /// How far an answer from a bucket may lag behind where no option says.
  static let bucketLag = Duration.seconds(300)

  /// What is to be done once the answer is where it belongs.
  var afterAnswer: () throws -> Void = {}

  /// Whether records may hold times that are ahead of the clock; to be said before the catalog is opened.
  func allowFutureTimes(_ isAllowed: Bool) {
    options.allowsFutureTimes = isAllowed
  }

  /// Whether nobody wants to wait for a store any more; to be said before the catalog is opened.
  func stopWaiting(if isAskedToStop: @escaping @Sendable () -> Bool) {
    options.isAskedToStop = isAskedToStop
  }

  /// The catalog, opened by the first call: what the command line got wrong should be said before any work begins.
  func catalog() throws(CatalogError) -> Catalog {
    if let opened { return opened }
    let catalog = try Catalog(root: givenRoot, options: options)
    opened = catalog
    if globals.verbose {
      Self.say("the root is \(quoted(catalog.root)), the index \(quoted(catalog.indexPath))")
    }
    return catalog
  }

  /// The storage root: as an absolute path once the catalog is open.
  var root: String { opened?.root ?? givenRoot }

  /// How long an unfinished run without heartbeats counts as running.
  var runningWindow: Duration { options.runningWindow }

  /// The same catalog for a record that waits no longer than this for other writers of its asset, and for each answer
  /// of a store.
  ///
  /// - Parameters:
  ///   - lockPatience: `nil` for the usual one; so the other.
  ///   - isAskedToStop: whether nobody wants to wait for a store any more.
  func catalog(
    lockPatience: Duration?, storePatience: Duration?, isAskedToStop: (@Sendable () -> Bool)? = nil
  ) throws(CatalogError) -> Catalog {
    var hasty = options
    if let lockPatience { hasty.lockPatience = lockPatience }
    hasty.storePatience = storePatience
    if let isAskedToStop { hasty.isAskedToStop = isAskedToStop }
    return try Catalog(root: givenRoot, options: hasty)
  }

  /// The same catalog without bringing the index up to date again, for the later questions of one command.
  ///
  /// - Parameter now: the clock of its answers, where that was read already.
  func settledCatalog(at now: Timestamp? = nil) throws(CatalogError) -> Catalog {
    if now == nil, let settled { return settled }
    var options = options
    options.reconciling = .never
    if let now { options.now = { now } }
    let catalog = try Catalog(root: givenRoot, options: options)
    if now == nil { settled = catalog }
    return catalog
  }

  /// An answer as a report. The note, on a number of rows, comes with the time that the answer speaks of.
  func report<Row>(
    _ answer: Answer<Row>, columns: [Column<Row>], empty: String, limit: Int? = nil,
    note: ((_ count: Int) -> String)? = nil
  ) -> Report<Row> {
    var report = Report(
      columns: columns, rows: answer.rows, generatedAt: answer.generatedAt, asOf: answer.asOf, root: root,
      gaps: answer.gaps, emptySentence: globals.quiet ? "" : empty)
    report.notes = notes(asOf: answer.asOf, answer.gaps, limit, note)
    report.remarks = globals.quiet ? [] : Self.sentences(on: answer.gaps)
    return report
  }

  /// An answer that comes a page at a time as a report.
  func report<Row>(
    _ answer: AnswerPages<Row>, columns: [Column<Row>], empty: String, limit: Int?,
    note: ((_ count: Int) -> String)? = nil
  ) -> Report<Row> {
    var pages = answer
    return Report(
      columns: columns, next: { () throws(CatalogError) in try pages.next() }, generatedAt: answer.generatedAt,
      asOf: answer.asOf, root: root, gaps: answer.gaps, emptySentence: globals.quiet ? "" : empty,
      remarks: globals.quiet ? [] : Self.sentences(on: answer.gaps),
      notes: notes(asOf: answer.asOf, answer.gaps, limit, note))
  }

  private func notes(
    asOf: Timestamp?, _ gaps: AnswerGaps, _ limit: Int?, _ note: ((_ count: Int) -> String)?
  ) -> (_ count: Int) -> [String] {
    if globals.quiet { return { _ in [] } }
    let asOf = asOf.map { "As of \(HumanText.time($0))." } ?? "The index was never reconciled."
    return { count in
      var sentences: [String] = []
      if count > 0, let note { sentences.append(note(count)) }
      if count == limit { sentences.append("There may be more; --limit ends the list here.") }
      return [(sentences + [asOf] + Self.sentences(on: gaps)).joined(separator: " ")]
    }
  }

  /// Whether an answer lacks assets of which nothing is known, so that it cannot say that all is well. That is said on
  /// standard error, whatever the form of the answer.
  ///
  /// - Parameter needsManifests: whether an answer rests on every manifest, and has no row for one that cannot be read.
  func isIncomplete(_ gaps: AnswerGaps, needsManifests: Bool = false) -> Bool {
    var missing: [String] = []
    if gaps.unreadableFolders > 0 { missing.append(HumanText.count(gaps.unreadableFolders, "folder")) }
    if needsManifests, gaps.unreadableManifests > 0 {
      missing.append(HumanText.count(gaps.unreadableManifests, "manifest"))
    }
    if !missing.isEmpty {
      Self.say("\(missing.joined(separator: " and ")) cannot be read; 'asset-catalog problems' says which")
    }
    let isTruncated = needsManifests && gaps.truncatedFiles > 0
    if isTruncated { Self.say(Self.truncation(gaps)) }
    return !missing.isEmpty || isTruncated
  }

  private static func truncation(_ gaps: AnswerGaps) -> String {
    let files = "\(HumanText.count(gaps.truncatedFiles, "file")) \(gaps.truncatedFiles == 1 ? "says" : "say")"
    return "\(files) more than the index holds: see 'asset-catalog problems'."
  }

  /// What an answer lacks because it could not be read.
  static func sentences(on gaps: AnswerGaps) -> [String] {
    var sentences: [String] = []
    if gaps.unsettledFiles > 0 {
      let isOne = gaps.unsettledFiles == 1
      sentences.append(
        "\(HumanText.count(gaps.unsettledFiles, "file")) \(isOne ? "was" : "were") touched just now and "
          + "\(isOne ? "does" : "do") not parse: ask again in a few seconds.")
    }
    if gaps.unreadableFolders > 0 {
      sentences.append(
        "\(HumanText.count(gaps.unreadableFolders, "folder")) cannot be read, so that what is there is not in this "
          + "answer: see 'asset-catalog problems'.")
    }
    if gaps.unreadableRuns > 0 {
      sentences.append(
        "\(HumanText.count(gaps.unreadableRuns, "run")) cannot be read and may have failed: see 'asset-catalog problems'."
      )
    }
    if gaps.unreadableManifests > 0 {
      sentences.append(
        "\(HumanText.count(gaps.unreadableManifests, "manifest")) cannot be read: see 'asset-catalog problems'.")
    }
    if gaps.truncatedFiles > 0 { sentences.append(truncation(gaps)) }
    return sentences
  }

  /// Takes the progress line away; to be called before anything is printed.
  func clearProgress() {
    progress?.clear()
  }

  /// A sentence on standard error, unless the user wants quiet.
  func remark(_ sentence: String) {
    if !globals.quiet { Self.say(sentence) }
  }

  /// A sentence on standard error.
  static func say(_ sentence: String) {
    let whole = Sentence.whole(HazardousText.visible(Sentence.shortened(sentence)))
    StandardStreams.complain("asset-catalog: \(whole)")
  }

  /// The duration that an option gives.
  static func duration(_ text: String, for option: String) throws(CommandFailure) -> Duration {
    do {
      return try DurationText.duration(text)
    } catch {
      throw CommandFailure(.badData, "\(option): \(error.message)")
    }
  }

  /// The time that an option gives.
  static func time(_ text: String, now: Timestamp, for option: String) throws(CommandFailure) -> Timestamp {
    do {
      return try TimeText.timestamp(text, now: now)
    } catch {
      throw CommandFailure(.badData, "\(option): \(error.message)")
    }
  }

  private static func systemTime() -> Timestamp {
    Timestamp(microseconds: SystemClock.microseconds())
  }
}
