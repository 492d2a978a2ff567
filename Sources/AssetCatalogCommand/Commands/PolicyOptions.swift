import ArgumentParser
import AssetCatalog
import FreshnessRules

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

extension Session {
  /// The policy file that an option, the environment or the root name, with its bytes; `nil` where there is none.
  func policyFile(_ option: String?) throws(CommandFailure) -> (path: String, bytes: [UInt8])? {
    if Catalog.isInBucket(root), PolicyLocation.named(option, .process) == nil {
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
