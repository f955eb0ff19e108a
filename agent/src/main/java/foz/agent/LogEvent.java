package foz.agent;

import foz.wire.ChangeBuffer;

/// What a change log gives.
public sealed interface LogEvent {

    /// Nothing came within the time given.
    record Nothing() implements LogEvent {}

    /// A committed transaction, or a part of one.
    ///
    /// @param part from 0
    /// @param last whether the transaction ends with it
    /// @param position from where the log is read on after it, where it is the last
    record Changes(
            ChangeBuffer changes, String transaction, int part, boolean last, String position)
            implements LogEvent {

        boolean whole() {
            return part == 0 && last;
        }
    }
}
