"""The pod's Bluetooth side: advertisement, data, control, motor, battery (docs/pod-protocol.md).

Rules
-----
* ``_bleio`` is used directly: no library has to be copied to the board.
* A notification longer than the link's packet would be cut off, so frames are made to fit
  (``packet_length``); on a link whose packets hold no sample nothing is sent.
* A low connection interval is requested once per connection; the central decides. While the radio
  is busy with another request it refuses, and the request is repeated.
* A link lost while something is sent is not an error: it is noticed at the next step.
* Setting a notifying value waits until the radio has room for it. Meanwhile the chip's queue fills.
"""

from .motor import LONGEST as LONGEST_RHYTHM

SERVICE = "63750001-6564-4b2a-a5c1-7d0e9f3b5a10"
DATA = "63750002-6564-4b2a-a5c1-7d0e9f3b5a10"
CONTROL = "63750003-6564-4b2a-a5c1-7d0e9f3b5a10"
MOTOR = "63750004-6564-4b2a-a5c1-7d0e9f3b5a10"
BATTERY_SERVICE, BATTERY_LEVEL = 0x180F, 0x2A19
LONGEST = 238
ADVERTISE_EVERY_S = 0.2
INTERVAL_MS = 15.0  # a frame every 38 ms then waits 15 ms at most; telephones agree to it as well

FLAGS, ALL_UUIDS_128, COMPLETE_NAME = 0x01, 0x07, 0x09


def element(kind, data):
    """One element of an advertisement."""
    return bytes((len(data) + 1, kind)) + data


def name_of(address):
    """Return the pod's name, from its address with the lowest byte first."""
    return f"cued pod {address[1]:02X}{address[0]:02X}"


class Radio:
    """The services, and the one connection."""

    def __init__(self, bleio):
        self._adapter = bleio.adapter
        self._errors = (bleio.BluetoothError, OSError)
        self._connection = None
        self._asked = False
        self._name = name_of(self._adapter.address.address_bytes)
        self._adapter.name = self._name
        kind, access = bleio.Characteristic, bleio.Attribute
        uuid = bleio.UUID(SERVICE)
        flags = element(FLAGS, b"\x06")  # found by everyone, no classic Bluetooth
        self._advert = flags + element(ALL_UUIDS_128, uuid.uuid128)
        service = bleio.Service(uuid)
        self._data = kind.add_to_service(
            service,
            bleio.UUID(DATA),
            properties=kind.NOTIFY,
            read_perm=access.OPEN,
            write_perm=access.NO_ACCESS,
            max_length=LONGEST,
            fixed_length=False,
        )
        control = kind.add_to_service(
            service,
            bleio.UUID(CONTROL),
            properties=kind.WRITE,
            read_perm=access.NO_ACCESS,
            write_perm=access.OPEN,
            max_length=1,
            fixed_length=True,
        )
        self._commands = bleio.CharacteristicBuffer(control, timeout=0, buffer_size=8)
        motor = kind.add_to_service(
            service,
            bleio.UUID(MOTOR),
            properties=kind.WRITE,
            read_perm=access.NO_ACCESS,
            write_perm=access.OPEN,
            max_length=LONGEST_RHYTHM,
            fixed_length=False,
        )
        self._rhythm = bytearray(LONGEST_RHYTHM)
        self._rhythms = bleio.PacketBuffer(motor, buffer_size=2, max_packet_size=LONGEST_RHYTHM)
        self._battery = kind.add_to_service(
            bleio.Service(bleio.UUID(BATTERY_SERVICE)),
            bleio.UUID(BATTERY_LEVEL),
            properties=kind.READ | kind.NOTIFY,
            read_perm=access.OPEN,
            write_perm=access.NO_ACCESS,
            max_length=1,
            fixed_length=True,
            initial_value=b"\x64",
        )

    def advertise(self):
        """Be found, if nobody is connected."""
        if not self._adapter.advertising:
            answer = element(COMPLETE_NAME, self._name.encode())
            self._adapter.start_advertising(
                self._advert, scan_response=answer, connectable=True, interval=ADVERTISE_EVERY_S
            )

    def silence(self):
        """Stop advertising, and hang up."""
        self._adapter.stop_advertising()
        if self._connection is not None and self._connection.connected:
            self._connection.disconnect()

    def connected(self):
        """Whether someone is connected; asks a new connection for a low interval."""
        if self._connection is not None and self._connection.connected:
            self._ask()
            return True
        if self._connection is not None:  # nobody's last command is the next one's first
            self._commands.reset_input_buffer()
            self.rhythm()
            self._connection = None
        for connection in self._adapter.connections:
            if connection.connected:
                self._connection, self._asked = connection, False
                self._ask()
                return True
        return False

    def _ask(self):
        if self._asked:
            return
        try:
            self._connection.connection_interval = INTERVAL_MS
            self._asked = True
        except self._errors:
            pass

    def packet_length(self):
        """How many bytes a notification may have on this link."""
        return min(LONGEST, self._connection.max_packet_length) if self._connection else 0

    def command(self):
        """Return the newest command written, or None."""
        waiting = self._commands.in_waiting
        return self._commands.read(waiting)[-1] if waiting else None

    def rhythm(self):
        """Return the newest rhythm written for the motor, or None."""
        length = newest = self._rhythms.readinto(self._rhythm)
        while length:
            length = self._rhythms.readinto(self._rhythm)
            newest = length or newest
        return memoryview(self._rhythm)[:newest] if newest else None

    def send(self, frame):
        """Notify one data frame."""
        self._set(self._data, frame)

    def tell_battery(self, percent):
        """Set the battery level, and notify it."""
        self._set(self._battery, bytes((percent,)))

    def _set(self, characteristic, value):
        try:
            characteristic.value = value
        except self._errors:
            return False
        return True
