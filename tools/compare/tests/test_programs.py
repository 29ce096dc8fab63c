import json
import sys
import urllib.request

import pytest

from antenna_compare.errors import CompareError
from antenna_compare.programs import Command, Limits, Program
from antenna_compare.servers import image_files, task_server

ENOUGH = Limits(10**10, 60)


def python(text):
    return Command((sys.executable, "-c", text))


def test_what_a_program_wrote_is_there_when_it_has_ended(tmp_path):
    with Program(python("print('done')"), tmp_path, "it", ENOUGH) as program:
        program.wait_until(program.has_ended, pause=0.01)
        assert program.output == "done\n"


def test_the_processor_time_of_a_program_that_has_ended_can_still_be_read(tmp_path):
    with Program(python("sum(range(5_000_000))"), tmp_path, "it", ENOUGH) as program:
        program.wait_until(program.has_ended, pause=0.01)
        assert program.usage().cpu_seconds > 0
        assert program.usage().pids == ()


def test_a_program_that_fails_is_quoted(tmp_path):
    with (
        Program(python("raise SystemExit('what went wrong')"), tmp_path, "it") as program,
        pytest.raises(CompareError, match=r"status 1:\nwhat went wrong"),
    ):
        program.wait_until(program.has_ended, pause=0.01)


def test_waiting_for_what_never_comes_ends_with_the_program(tmp_path):
    with Program(python("pass"), tmp_path, "it") as program, pytest.raises(CompareError, match="too early"):
        program.wait_until(lambda: False, pause=0.01)


def test_a_program_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CompareError, match="it cannot be started"):
        Program(Command((str(tmp_path / "nothing"),)), tmp_path, "it")


WITH_CHILD = """
import signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()"])
print(child.pid, flush=True)
signal.pause()
"""


def test_what_a_program_started_is_stopped_with_it(tmp_path):
    with Program(python(WITH_CHILD), tmp_path, "it", ENOUGH) as program:
        program.wait_until(lambda: program.output.endswith("\n"), pause=0.01)
        child = int(program.output)
        assert child in program.usage().pids
    assert child not in program.usage().pids


@pytest.mark.parametrize(("limits", "flag"), [(Limits(1, 60), "--memory-limit"), (Limits(10**10, 0), "--timeout")])
def test_a_program_beyond_its_limits_is_killed_and_the_limit_named(tmp_path, limits, flag):
    with (
        Program(python("import signal; signal.pause()"), tmp_path, "it", limits) as program,
        pytest.raises(CompareError, match=flag),
    ):
        program.wait_until(program.has_ended, pause=0.01)
    assert program.usage().pids == ()


def ask(base_url, count):
    body = json.dumps({"batch_size": count}).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(f"{base_url}/jobs/1/tasks/", body)) as answer:
        return json.load(answer)["tasks"]


def test_each_task_is_handed_out_once_and_each_request_noted():
    requests = []
    with task_server(["http://h/a", "http://h/b", "http://h/c"], lambda: requests.append(1)) as base_url:
        tasks = [ask(base_url, 2), ask(base_url, 2), ask(base_url, 2)]
    assert [[task["image_url"] for task in batch] for batch in tasks] == [["http://h/a", "http://h/b"], ["http://h/c"], []]
    assert len(requests) == 3
    assert all(isinstance(value, str) for batch in tasks for task in batch for value in task.values())


def test_images_are_the_files_that_look_like_it_in_the_order_of_their_names(tmp_path):
    for name in ("b.JPG", "a.png", "c.txt", "d.jpeg"):
        (tmp_path / name).touch()
    assert [path.name for path in image_files(tmp_path)] == ["a.png", "b.JPG", "d.jpeg"]


def test_a_folder_without_images_is_named(tmp_path):
    with pytest.raises(CompareError, match=str(tmp_path)):
        image_files(tmp_path)
