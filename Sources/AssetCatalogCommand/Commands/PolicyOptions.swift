import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// Which policy file a question is asked under.
struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The policy file. Default: ASSET_CATALOG_POLICY, else 'freshness.yaml' or 'freshness.json' in the root.",
      valueName: "file"),
    completion: .file(extensions: ["yaml", "json"]))
  var policy: String?

  @Flag(help: "Ask under no policy file: 24h for all, unless --max-age says otherwise.")
  var noPolicy = false

  func validate() throws {
    if noPolicy && policy != nil { throw ValidationError("--no-policy and --policy exclude each other") }
  }
}

/// The policy of a question, and where it comes from.
struct PolicyInUse {
  /// The maximum age where nobody says otherwise.
  static let defaultMaxAge: Duration = .seconds(86400)

  /// What the library is asked with.
  var policy = FreshnessPolicy(maxAge: defaultMaxAge)
  /// The file as errors and answers name it; `nil` where there is none.
  var file: String?
}

extension Session {
  /// The policy file that an option, the environment or the root name, with its bytes; `nil` where there is none.
  func policyFile(_ option: String?) throws(CommandFailure) -> (path: String, bytes: [UInt8])? {
    if RootLocation.isBucket(root), PolicyLocation.named(option, .process) == nil {
      do throws(CatalogError) { return try policyFileOfBucket() } catch { throw CommandFailure(error) }
    }
    guard let path = try PolicyLocation.path(option: option, root: root, environment: .process) else { return nil }
    return (path, try InputFile.bytes(of: path, named: "policy file"))
  }

  private func policyFileOfBucket() throws(CatalogError) -> (path: String, bytes: [UInt8])? {
    let catalog = try catalog()
    var found: [(path: String, bytes: [UInt8])] = []
    for name in PolicyLocation.names {
      guard let bytes = try catalog.contents(ofFileInBucket: name, atMost: InputFile.limit + 1) else { continue }
      let path = "\(catalog.root)/\(name)"
      guard bytes.count <= InputFile.limit else {
        throw CatalogError(
          .badData,
          "the policy file \(quoted(path)) cannot be read: it is larger than \(InputFile.limit >> 20) MiB; name another"
        )
      }
      found.append((path, bytes))
    }
    guard found.count < 2 else {
      throw CatalogError(.badData, PolicyLocation.conflict(found.map(\.path)))
    }
    return found.first
  }

  /// The policy that the options, the environment or the root name; without any, 24 hours for all.
  ///
  /// Of a file with several faults all are told, each on a line of its own.
  func policy(_ options: PolicyOptions) throws(CommandFailure) -> PolicyInUse {
    guard !options.noPolicy,
      let (path, bytes) = try policyFile(options.policy)
    else { return PolicyInUse() }
    let name = path == "-" ? "standard input" : HazardousText.visible(path)
    do throws(PolicyFaults) {
      let policy = try PolicyReader.read(bytes, zones: PolicyLocation.zones(.process))
      if globals.verbose { Self.say("the policy is \(quoted(name))") }
      return PolicyInUse(policy: FreshnessPolicy(policy), file: name)
    } catch {
      clearProgress()
      let lines = error.lines(file: name)
      for line in lines.dropLast() { Self.say(line) }
      throw CommandFailure(.badData, lines.last ?? "\(name) is no policy; correct it")
    }
  }
}

/// Which rows end the program with status 1.
enum FailOn: String, CaseIterable {
  case error, warn, none
  /// As `error`; earlier drafts had them.
  case stale, never

  init(_ text: String) throws {
    guard let value = FailOn(rawValue: text) else {
      throw ValidationError("there is no level \(quoted(text)) for --fail-on; write error, warn or none")
    }
    self = value
  }

  func isFound(_ level: FreshnessLevel) -> Bool {
    switch self {
    case .error, .stale, .never: level == .error
    case .warn: level >= .warn
    case .none: false
    }
  }
}

/// Words with commas between them, such as `error,warn`.
struct WordList<Word: RawRepresentable & CaseIterable & Hashable & Sendable>: Sendable where Word.RawValue == String {
  let words: Set<Word>

  init(_ text: String, _ what: String) throws {
    var words: Set<Word> = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let word = Word(rawValue: name) else {
        let meant = NearestText.among(Word.allCases.map(\.rawValue), to: name)
        throw ValidationError(
          "there is no \(what) \(quoted(name)); "
            + (meant.map { "did you mean \(quoted($0))?" } ?? "write \(Self.choices)"))
      }
      words.insert(word)
    }
    self.words = words
  }

  /// `ok, warn or error`.
  static var choices: String {
    let names = Word.allCases.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
  }
}

/// Which rows of a question about freshness are wanted, and which of them count.
struct FreshnessFilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only these levels, with commas between them: \(WordList<FreshnessLevel>.choices). May be repeated.",
      valueName: "levels"),
    completion: .list(FreshnessLevel.allCases.map(\.rawValue)), transform: { try WordList($0, "level") })
  var level: [WordList<FreshnessLevel>] = []

  @OptionGroup var labels: LabelOptions

  @Option(
    help: ArgumentHelp(
      "End with status 1 if a row is at this level or worse: error, warn or none.", valueName: "level"),
    completion: .list(["error", "warn", "none"]), transform: FailOn.init)
  var failOn = FailOn.error

  var levels: Set<FreshnessLevel>? { level.isEmpty ? nil : level.reduce(into: []) { $0.formUnion($1.words) } }
  var owners: [String]? { labels.owners.isEmpty ? nil : labels.owners }
  var severities: Set<FreshnessSeverity>? { labels.severity.isEmpty ? nil : labels.severities }
  var isEmpty: Bool { level.isEmpty && owners == nil && severities == nil }
}
