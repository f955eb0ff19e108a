package foz.agent.postgres;

import foz.contract.Contract.Table;
import foz.wire.Change.TableHeader;

/// A table as a relation message of pgoutput describes it, matched with the contract.
///
/// @param header what rows carry: the contract's columns, in its order
/// @param picked of each column of `header`, where it stands in the relation
/// @param key of each column of the contract's key, where it stands in the relation
record Relation(Table table, TableHeader header, int[] picked, int[] key) {}
