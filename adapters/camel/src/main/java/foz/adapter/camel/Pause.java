package foz.adapter.camel;

import java.util.concurrent.TimeUnit;

/// Waits.
interface Pause {
    void ofMs(long ms) throws InterruptedException;

    Pause REAL = TimeUnit.MILLISECONDS::sleep;
}
