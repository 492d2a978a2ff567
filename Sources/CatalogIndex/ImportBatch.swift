internal import ManifestModel
internal import SQLiteDatabase

/// Rows of name folders and assets that are new to an index, with runs and artifacts, in the order in which they are inserted.
///
/// Made where the files are read, so that the one thread that writes has nothing left to do but to bind and to step.
package struct ImportBatch: Sendable {
  enum Table: UInt8, Sendable {
    case folder, asset, run, artifact, runArtifact

    /// Values of one row in the block: all that the statement binds but the key of the asset.
    var valueCount: Int {
      switch self {
      case .folder: 5
      case .asset: 27
      case .run: 19
      case .artifact: 2
      case .runArtifact: 9
      }
    }

    /// Whether the key of the asset before it is the first parameter.
    var hasKey: Bool { self != .folder && self != .asset }

    var insertion: StaticString {
      switch self {
      case .folder: TreeRows.insertFolder
      case .asset: AssetRows.insertAsset
      case .run: AssetRows.insertRun
      case .artifact: AssetRows.insertArtifact
      case .runArtifact: AssetRows.insertRunArtifact
      }
    }
  }

  private(set) var tables: [Table] = []
  private(set) var block = RowBlock()
  /// How many of the assets count as assets.
  package private(set) var knownCount = 0

  package init() {}

  /// Makes room for so many assets with so many runs.
  package mutating func reserve(assets: Int, runs: Int) {
    tables.reserveCapacity(3 * assets + runs)
    let values =
      assets * (Table.folder.valueCount + Table.asset.valueCount + Table.artifact.valueCount)
      + runs * Table.run.valueCount
    // Mostly numbers; the names and ids take about as much as half of them would.
    block.reserve(values: values, textBytes: 8 * values)
  }

  package mutating func append(folder name: String, _ seen: SeenFile) {
    append(to: .folder) { $0.append(folder: name, seen) }
  }

  package mutating func append(_ asset: IndexedAsset) {
    if asset.isKnown { knownCount += 1 }
    append(to: .asset) { $0.append(asset) }
    for run in asset.runs {
      append(to: .run) { $0.append(run) }
      for (position, artifact) in (run.artifacts ?? []).enumerated() {
        append(to: .runArtifact) { $0.append(artifact, ofRun: run.id, at: position) }
      }
    }
    for (position, path) in (asset.artifacts ?? []).enumerated() {
      append(to: .artifact) {
        $0.append(Int64(position))
        $0.append(path)
      }
    }
  }

  private mutating func append(to table: Table, _ row: (inout RowBlock) -> Void) {
    let start = block.count
    tables.append(table)
    row(&block)
    // A row of another length would put the values of all that follow into the wrong columns.
    precondition(block.count - start == table.valueCount)
  }
}

extension RowBlock {
  /// The values of the parameters of `TreeRows.insertFolder`.
  mutating func append(folder name: String, _ seen: SeenFile) {
    append(name)
    append(Int64(bitPattern: seen.fingerprint.inode))
    append(seen.fingerprint.modifiedNanoseconds)
    append(seen.fingerprint.changedNanoseconds)
    append(seen.isTrusted)
  }

  /// The values of the parameters of `AssetRows.insertAsset`.
  mutating func append(_ asset: IndexedAsset) {
    append(asset.asset.name)
    append(asset.asset.id)
    append(asset.isKnown)
    append(Int64(bitPattern: asset.folder.fingerprint.inode))
    append(asset.folder.fingerprint.modifiedNanoseconds)
    append(asset.folder.fingerprint.changedNanoseconds)
    append(asset.folder.isTrusted)
    append(asset.manifestState.rawValue)
    append(asset.manifest)
    append(asset.facts?.signature)
    append(asset.facts?.lastMaterialized)
    append(asset.facts?.lastStatus.rawValue)
    append(asset.facts?.lastError)
    append(asset.facts?.lastRunID)
    append(asset.facts?.lastRunMaterialized)
    append(asset.facts?.lastRunMetadataPath)
    append(asset.facts?.updatedAt)
    append(asset.facts?.isLossy == true)
    append(asset.runCount)
    append(asset.watchedRuns)
    append(asset.newestRunID)
    append(asset.lastMaterialized)
    append(asset.source)
  }

  /// The values of the parameters of `AssetRows.insertRun` from the second on.
  mutating func append(_ run: IndexedRun) {
    append(run.id)
    append(run.state.rawValue)
    append(run.isWatched)
    append(run.seen)
    append(run.result?.rawValue)
    append(run.isNewest)
    append(run.facts?.startedAt)
    append(run.facts?.materialized)
    append(run.facts?.durationMilliseconds)
    append(run.failedAt)
    append(run.facts?.status?.rawValue)
    append(run.facts?.error)
    append(run.facts?.traceback)
    append(run.facts?.assetPath)
    append(run.facts?.parameters)
  }

  /// The values of the parameters of `AssetRows.insertRunArtifact` from the second on.
  mutating func append(_ artifact: ArtifactFacts, ofRun run: String, at position: Int) {
    append(run)
    append(Int64(position))
    append(artifact.path)
    append(artifact.bytes)
    append(artifact.modified?.microseconds)
    append(artifact.format)
    append(artifact.schemaHash)
    append(artifact.rowCount)
    append(artifact.sampledRows)
  }

  /// Size, times, inode and trust, as every table has them in this order.
  private mutating func append(_ seen: SeenFile) {
    append(seen.fingerprint.size)
    append(seen.fingerprint.modifiedNanoseconds)
    append(seen.fingerprint.changedNanoseconds)
    append(Int64(bitPattern: seen.fingerprint.inode))
    append(seen.isTrusted)
  }
}
